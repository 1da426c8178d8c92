"""One thread each for BLAS, OpenMP and Rayon: the ranks are the parallelism. Imports nothing that starts threads."""

import os


def pin() -> None:
    """Works before NumPy and phonopy are loaded, not after."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = "1"
