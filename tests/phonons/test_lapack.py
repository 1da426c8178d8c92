"""Eigenvectors do not tell that a matrix had more rows while they were found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcph.phonons import lapack


def matrices(n, scale, seed) -> np.ndarray:
    """Three Hermitian matrices, (3, n, n)."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(3, n, n)) + 1j * rng.normal(size=(3, n, n))
    return scale * (half + half.conj().swapaxes(1, 2))


@given(st.integers(1, 30), st.sampled_from([1e-30, 1.0, 1e28]), st.integers(0, 1000))
def test_vectors_are_those_of_the_matrix(n, scale, seed):
    """D e = λ e, e unitary, λ in rising order, of whatever size and scale; the lower triangle is not read."""
    D = matrices(n, scale, seed)
    value, e = lapack.eigh(np.triu(D))
    expected = np.linalg.eigvalsh(D)
    assert value.shape == (3, n) and e.shape == (3, n, n) and e.flags.c_contiguous
    assert np.abs(value - expected).max() < 1e-14 * n * np.abs(expected).max()
    assert np.abs(D @ e - e * value[:, None]).max() < 1e-14 * n * np.abs(expected).max()
    assert np.abs(e.conj().swapaxes(1, 2) @ e - np.eye(n)).max() < 1e-14 * n


@pytest.mark.parametrize("n", [18, 25])
def test_small_eigenvalues_stay_small(n):
    """What a matrix sends to nothing, as D does translations at Γ, it sends there with the added rows, too."""
    D = matrices(n, 1.0, 0)
    value, e = np.linalg.eigh(D)
    value[:, :3] = 0.0
    D = (e * value[:, None]) @ e.conj().swapaxes(1, 2)
    found = np.sort(np.abs(lapack.eigh(D)[0]), axis=1)
    assert found[:, 2].max() < 1e-13 < 1e-3 < found[:, 3].min()
    assert np.array_equal(lapack.eigh(np.zeros((1, n, n), complex))[0], np.zeros((1, n)))


def test_small_matrices_take_the_longer_way(monkeypatch):
    """Of 18 to 25 rows LAPACK gets 26, of others as many as there are."""
    sizes = []

    def seen(matrix, UPLO, original=np.linalg.eigh):
        sizes.append(len(matrix[0]))
        return original(matrix, UPLO=UPLO)

    monkeypatch.setattr(np.linalg, "eigh", seen)
    for n in (17, 18, 25, 26):
        lapack.eigh(matrices(n, 1.0, 0))
    assert sizes == [17, 26, 26, 26]
