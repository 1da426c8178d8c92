"""LAPACK's eigenvectors of Hermitian matrices, by the faster of its ways.

zheevd turns complex columns where a matrix has up to 25 rows. Where it has more, the parts that it falls into are
solved among real columns, which are made complex once; so small matrices get rows that nothing couples to.
"""

import numpy as np

SMALL = 25  # rows (ILAENV's SMLSIZ)
FEWEST = 18  # rows: fewer are solved sooner than 26


def eigh(upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (k, n), ascending, and eigenvectors (k, m, n) of matrices (k, n, n) by their upper triangles."""
    points, n = upper.shape[:2]
    if not FEWEST <= n <= SMALL:
        return np.linalg.eigh(upper, UPLO="U")
    more = np.zeros((points, SMALL + 1, SMALL + 1), upper.dtype)
    more[:, :n, :n] = upper
    beyond = np.arange(n, SMALL + 1)
    more[:, beyond, beyond] = 1 + 2 * n * np.abs(upper).max(initial=0.0)  # above every eigenvalue
    values, vectors = np.linalg.eigh(more, UPLO="U")
    return values[:, :n], np.ascontiguousarray(vectors[:, :n, :n])
