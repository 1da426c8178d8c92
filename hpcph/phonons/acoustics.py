"""Sound: long waves with the field of their Born charges, and how those of two circular polarizations differ.

D(k) is reduced to the uniform displacement of a cell, A = D_uu − D_uo D_oo⁻¹ D_ou with u and o its acoustic and optical
part: A(k) = k² C(n) + i k³ G(n) + …, C real symmetric with eigenvalues v², G real antisymmetric (Portigal & Burstein,
Phys. Rev. 170, 673). On an acoustic axis, where the two transverse v are equal, the modes of positive and negative
angular momentum about n have ν± = v k (1 ∓ k G₁₂/2v²)/2π, with axes 1, 2, n right-handed.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices

LONG = 2 * np.pi * 5e6  # rad m⁻¹: waves of 0.2 µm
LENGTHS = LONG * np.array([0.5, 1.0, 1.5])  # of k from which limits follow
EQUAL = 1e-6  # relative difference of v² of two modes that are one pair
ROUNDING = 1e-9  # of ν by which the modes of a pair differ at LONG, and of a component of a unit vector times 1e3
PLANES = ((0, 1), (1, 2), (2, 0))  # x and y, …
ANGLES = 73  # of a plane, the last being the first


@dataclass(frozen=True)
class Sound:
    """Long waves in some directions, the slowest first.

    direction_dc : ndarray (d, 3), Cartesian unit vectors
    velocity_dn : ndarray (d, 3) m s⁻¹, NaN where a wave is unstable
    polarization_dnc : ndarray (d, 3, 3), Cartesian unit vectors of displacement, NaN in a pair of equal velocity
    activity_d : ndarray (d,) m, (ν₊ − ν₋)/(ν k) of a transverse pair, NaN where there is none
    pair_d : ndarray (d,) m s⁻¹, velocity of that pair
    """

    direction_dc: np.ndarray
    velocity_dn: np.ndarray
    polarization_dnc: np.ndarray
    activity_d: np.ndarray
    pair_d: np.ndarray

    def rotation(self, frequency: float) -> np.ndarray:
        """By how much linear polarization turns, right-handed about n, (d,) rad m⁻¹: half the activity times k²."""
        return self.activity_d / 2 * (2 * np.pi * frequency / self.pair_d) ** 2


def sound(crystal: Crystal, direction_dc: np.ndarray) -> Sound:
    """Sound in directions (d, 3), Cartesian of any length; the error of C and G is of order k⁴, relative."""
    n = direction_dc / np.linalg.norm(direction_dc, axis=1)[:, None]
    A = np.stack([reduced(crystal, k * n)[0] for k in LENGTHS])
    christoffel = coefficients(A.real)[1]
    gyration = coefficients(A.imag / LENGTHS[:, None, None, None])[1]
    square, vector = np.linalg.eigh(christoffel)
    velocity = np.sqrt(np.where(square > 0, square, np.nan))
    equal = np.abs(np.diff(square, axis=1)) < EQUAL * np.abs(square).max(axis=1, keepdims=True)
    paired = np.column_stack([equal[:, 0], equal.any(axis=1), equal[:, 1]])
    longitudinal = np.abs(np.einsum("dcn,dc->dn", vector, n)).argmax(axis=1)
    alone = equal.sum(axis=1) == 1
    transverse = alone & np.where(equal[:, 0], longitudinal == 2, longitudinal == 0)
    pair = np.where(transverse, np.where(equal[:, 0], velocity[:, 0], velocity[:, 1]), np.nan)
    about = np.stack([gyration[:, 1, 2], gyration[:, 2, 0], gyration[:, 0, 1]], axis=1)
    activity = -np.einsum("dc,dc->d", about, n) / pair**2
    return Sound(
        direction_dc=n,
        velocity_dn=velocity,
        polarization_dnc=np.where(paired[:, :, None], np.nan, _upwards(vector.swapaxes(1, 2))),
        activity_d=np.where(np.abs(activity) * LONG < ROUNDING, 0.0, activity),
        pair_d=pair,
    )


@dataclass(frozen=True)
class Acoustics:
    """Sound in directions that are asked for and around the Cartesian planes.

    frequency : Hz, at which the rotation of polarization is told
    velocity_error_dn, activity_error_d : what the supercell leaves open of them
    plane_velocity_pan : ndarray (plane, angle, 3) m s⁻¹
    """

    frequency: float
    asked: Sound
    velocity_error_dn: np.ndarray
    activity_error_d: np.ndarray
    plane_velocity_pan: np.ndarray


def acoustics(crystal: Crystal, others: tuple[Crystal, ...], direction_dc: np.ndarray, frequency: float) -> Acoustics:
    """others : the crystal with its supercell's force constants shared otherwise, whose difference is the error."""
    asked, shared = sound(crystal, direction_dc), [sound(other, direction_dc) for other in others]
    around = in_planes()
    found = sound(crystal, around.reshape(-1, 3)).velocity_dn.reshape(around.shape)
    velocity, activity = (
        np.max([np.abs(getattr(other, name) - getattr(asked, name)) for other in shared], axis=0)
        for name in ("velocity_dn", "activity_d")
    )
    return Acoustics(frequency, asked, velocity, activity, found)


def in_planes() -> np.ndarray:
    """Directions around the three Cartesian planes, (plane, angle, 3)."""
    angle = np.linspace(0, 2 * np.pi, ANGLES)
    around = np.zeros((len(PLANES), ANGLES, 3))
    for plane, (one, other) in enumerate(PLANES):
        around[plane, :, one], around[plane, :, other] = np.cos(angle), np.sin(angle)
    return around


def reduced(crystal: Crystal, k_dc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A(k), (d, 3, 3) Hermitian, rad² s⁻²; and how all atoms follow the uniform displacement, (d, n, 3)."""
    root = np.sqrt(crystal.structure.mass_a)
    uniform = np.kron((root / np.linalg.norm(root))[:, None], np.eye(3))
    optical = np.linalg.svd(uniform)[0][:, 3:]
    D = matrices(crystal, k_dc @ crystal.structure.lattice_vc.T / (2 * np.pi))
    outer, inner = optical.T @ D @ uniform, optical.T @ D @ optical
    drawn = np.linalg.solve(inner, outer)
    A = uniform.T @ D @ uniform - outer.conj().swapaxes(1, 2) @ drawn
    return (A + A.conj().swapaxes(1, 2)) / 2, uniform - optical @ drawn


def coefficients(values: np.ndarray) -> np.ndarray:
    """Of k⁰, k², k⁴ of an even function of k that is known at LENGTHS, (3, …) for (3, …).

    The first is what broken sum rules leave of D at Γ.
    """
    even = 2 * np.arange(len(LENGTHS))
    powers = (LENGTHS[:, None] / LENGTHS[-1]) ** even
    found = np.tensordot(np.linalg.inv(powers), values, axes=1)
    return found / (LENGTHS[-1] ** even).reshape(-1, *[1] * (values.ndim - 1))


def _upwards(vector_dnc: np.ndarray) -> np.ndarray:
    """Of v and −v the one whose largest component, the first of those, is positive; rounding is zero."""
    seen = np.where(np.abs(vector_dnc) < 1e3 * ROUNDING, 0.0, vector_dnc)
    largest = np.round(np.abs(seen), 6).argmax(axis=2)[..., None]
    return seen * np.sign(np.take_along_axis(seen, largest, axis=2)) + 0.0
