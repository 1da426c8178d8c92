"""Many crystals in one run: find them, hand them out over groups of ranks, gather what was found in one table."""
