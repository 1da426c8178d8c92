"""The story of a run: its job, its stages, its findings."""
