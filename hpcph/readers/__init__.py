"""Files of other programs: what they hold in Å, eV and atomic masses. Knows nothing of crystals, runs and results."""
