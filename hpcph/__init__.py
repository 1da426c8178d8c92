"""hpcph: angular momentum, magnetization and current of chiral phonons, over MPI."""

__version__ = "0.1.0"
