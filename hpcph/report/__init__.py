"""The report: one self-contained interactive page of a result."""
