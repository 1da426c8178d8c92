"""Translational, rotational and Huang invariance of the force constants (Born & Huang 1954, §23 and §27).

With M1_{a,ij,g} = Σ_{bT} Φ_ij x_g and M2_{ij,gl} = Σ_{abT} Φ_ij x_g x_l, x = T + r_b − r_a, the dipoles' own included:
    Σ_{bT} Φ_ij = 0                                       (translation),
    M1_{a,ij,g} = M1_{a,ig,j}                             (rotation, 9 an atom),
    M2_{(ij),gl} = M2_{(gl),ij}, ( ) symmetrised          (Huang, 15 in all: no stress but pressure);
under a stress σ, tension positive, the two sides of the last differ by −2V(σ_gl δ_ij − σ_ij δ_gl).
The change that imposes them is the most probable one of the prior of images.py, min Σ_p |δΦ_p|²/w_p. For the last two
it has no sum over the images of any pair, so what the supercell knows stays as it is; translation can only be mended
by changing that. A weight that depends on the distance alone keeps the space group.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from hpcph.crystal import ewald, zerosum
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.images import Images, grouped
from hpcph.crystal.lattice import SYMMETRIC, Dielectric, PairTable, Structure

PLANES = ((1, 2), (2, 0), (0, 1))  # the three rotations, as pairs (j, g)
RANGE = 8e-10  # m, first moments over it and second ones over its square weigh alike
PAIRS_OF_STRAINS = [(p, q) for p in range(6) for q in range(p)]


class SumRule(Enum):
    """The invariances that can be imposed."""

    TRANSLATIONAL = "translational"
    ROTATIONAL = "rotational"
    HUANG = "huang"


@dataclass(frozen=True)
class Moments:
    """Sums over pairs that the rules speak of, dipoles included.

    total : ndarray (a, 3, 3) N m⁻¹; first : ndarray (a, 3, 3, 3) N, [a, i, j, g]; second : ndarray (3, 3, 3, 3) N m,
    [i, j, g, l]; volume : m³; stress : ndarray (3, 3) Pa, tension positive, of the crystal
    """

    total: np.ndarray
    first: np.ndarray
    second: np.ndarray
    volume: float
    stress: np.ndarray

    @property
    def rotation(self) -> np.ndarray:
        """What breaks rotational invariance, (a, 3, plane) in N m⁻¹: moments over RANGE."""
        return np.stack([self.first[:, :, j, g] - self.first[:, :, g, j] for j, g in PLANES], -1) / RANGE

    @property
    def huang(self) -> np.ndarray:
        """What breaks Huang's conditions, (15,) in N m⁻¹: moments over RANGE²."""
        symmetric = 0.5 * (self.second + self.second.swapaxes(0, 1))
        symmetric = symmetric - 2 * self.volume * np.einsum("ij,gl->ijgl", self.stress, np.eye(3))
        voigt = np.array([[symmetric[(*ij, *gl)] for gl in SYMMETRIC] for ij in SYMMETRIC])
        return np.array([voigt[p, q] - voigt[q, p] for p, q in PAIRS_OF_STRAINS]) / RANGE**2

    def violations(self) -> dict[SumRule, float]:
        """Largest violation of each rule, N m⁻¹ of the first two, Pa of the last."""
        return {
            SumRule.TRANSLATIONAL: float(np.abs(self.total).max()),
            SumRule.ROTATIONAL: float(np.abs(self.rotation).max()),
            SumRule.HUANG: float(np.abs(self.huang).max() * RANGE**2 / (2 * self.volume)),
        }


def moments(
    structure: Structure,
    pairs: PairTable,
    dielectric: Dielectric | None,
    dipoles: Dipoles | None,
    stress: np.ndarray | None = None,
) -> Moments:
    """Those of force constants and the dipoles that belong to them; stress (3, 3) in Pa, None for no stress."""
    x = structure.separation(pairs)
    atoms = len(structure.mass_a)
    total = grouped(pairs.phi, pairs.first, atoms)
    first = grouped(pairs.phi[..., None] * x[:, None, None, :], pairs.first, atoms)
    second = np.einsum("pij,pg,pl->ijgl", pairs.phi, x, x, optimize=True)
    if dielectric is not None and dipoles is not None:
        total += ewald.sum_at_gamma(structure, dipoles)
        first += ewald.first_moment(structure, dipoles)
        second += ewald.second_moment(structure, dielectric, dipoles)
    return Moments(total, first, second, structure.volume, np.zeros((3, 3)) if stress is None else stress)


def translate(images: Images, pairs: PairTable, found: Moments, exponent: float) -> PairTable:
    """The smallest change that makes Σ_{bT} Φ_ab(T) = 0; of a supercell's sums that obey it nothing changes.

    found : moments of `pairs`
    """
    uniform = np.ones((len(pairs.first), 1))
    field = zerosum.Field(local=0.5 * np.eye(9).reshape(9, 9, 1), common=np.zeros((9, 0, 1)), parity=np.ones(1))
    change = zerosum.smallest(pairs, images.weight(exponent), uniform, field, found.total.reshape(-1, 9), np.zeros(0))
    return pairs.with_phi(pairs.phi + change)


def impose(images: Images, pairs: PairTable, found: Moments, exponent: float, rules: frozenset[SumRule]) -> PairTable:
    """Force constants that obey the rotational and Huang conditions, as far as images leave the freedom to.

    found : moments of `pairs`; rules : of which the translational one is not looked at
    """
    rotational, huang = SumRule.ROTATIONAL in rules, SumRule.HUANG in rules
    if not rotational and not huang:
        return pairs
    field = zerosum.Field(
        local=_rotations() if rotational else np.zeros((9, 0, 9)),
        common=_strains() if huang else np.zeros((9, 0, 9)),
        parity=np.array([-1.0] * 3 + [1.0] * 6),
    )
    weight = images.weight(exponent)
    local = found.rotation.reshape(len(found.total), -1) if rotational else np.zeros((len(found.total), 0))
    common = found.huang if huang else np.zeros(0)
    change = zerosum.smallest(pairs, weight, _centred(images, weight), field, local, common)
    return pairs.with_phi(pairs.phi + change)


def _centred(images: Images, weight_p: np.ndarray) -> np.ndarray:
    """x_g/RANGE and x_g x_l/RANGE² less their weighted mean over the images of a pair, (p, 3 + 6).

    Differences are taken from the heaviest image first: the weights of far ones would be lost in those of near ones.
    """
    x = images.x_pc / RANGE
    values = np.column_stack([x, *(x[:, g] * x[:, l] for g, l in SYMMETRIC)])
    order = np.lexsort((-weight_p, images.group_p))
    heaviest = order[np.flatnonzero(np.diff(images.group_p[order], prepend=-1))]
    values -= values[heaviest][images.group_p]
    mean = images.group_sums(weight_p[:, None] * values) / images.group_sums(weight_p)[:, None]
    return values - mean[images.group_p]


def _rotations() -> np.ndarray:
    """What row (i, plane) of an atom takes of element ij of a pair times x_g, half of it, (9, 9, 3 + 6)."""
    field = np.zeros((3, 3, 3, 3, 9))
    for k, (j, g) in enumerate(PLANES):
        for i in range(3):
            field[i, j, i, k, g] = 0.5
            field[i, g, i, k, j] = -0.5
    return field.reshape(9, 9, 9)


def _strains() -> np.ndarray:
    """What every one of Huang's 15 rows takes of element ij of a pair times x_g x_l, (9, 15, 3 + 6)."""
    field = np.zeros((3, 3, len(PAIRS_OF_STRAINS), 9))
    for n, (p, q) in enumerate(PAIRS_OF_STRAINS):
        for one, other, sign in ((p, q, 1), (q, p, -1)):
            i, j = SYMMETRIC[one]
            field[i, j, n, 3 + other] += 0.5 * sign
            field[j, i, n, 3 + other] += 0.5 * sign
    return field.reshape(9, len(PAIRS_OF_STRAINS), 9)
