"""From what a supercell calculation knows to the force constants of the crystal, and what was done on the way.

Dipoles are summed in full, the rest is shared among the images of each pair and made to obey the sum rules. With
neither the rotational nor the Huang conditions all of a pair's sum stays on its nearest images, as phonopy has it.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from hpcph.crystal import dipole, dynamical, elasticity, ewald, images, invariances
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.images import Images
from hpcph.crystal.invariances import Moments, SumRule
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.mesh import nearest_image
from hpcph.crystal.screening import in_plane

UNSTRESSED = np.zeros((3, 3))
OTHERS = (0.8, 2.4)  # factors of the exponent that show what the supercell leaves open
PROBES = 64  # wave vectors of each kind that frequencies are compared at
LONG_WAVE = 0.02  # of a reciprocal lattice vector
UNSTABLE = -((2 * np.pi * 1e10) ** 2)  # rad² s⁻²: ω² below it, 0.01 THz, is an imaginary mode and no rounding
DEEPER = 1e-6  # of an instability that was there before: less is rounding
MET = 1e-6  # of a violation: less is left of a rule that could be imposed
ROUNDING = {SumRule.TRANSLATIONAL: 1e-9, SumRule.ROTATIONAL: 1e-9, SumRule.HUANG: 1e2}  # N m⁻¹, N m⁻¹, Pa
FAMILIES = frozenset([SumRule.ROTATIONAL, SumRule.HUANG])  # those that a supercell's own sums do not decide


@dataclass(frozen=True)
class Loaded:
    """What a file set says.

    dielectric : Born charges and ε, or None
    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    commensurate_qc : ndarray (q, 3) fractional, where the supercell's force constants are exact
    remarks : lines that the user should read; origin : what the files are, and their units
    """

    structure: Structure
    pairs: PairTable
    dielectric: Dielectric | None
    supercell: np.ndarray
    commensurate_qc: np.ndarray
    remarks: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Report:
    """What was done to the force constants of a file.

    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    exponent : p of the prior; cutoff : m, of images; pairs, reciprocal : how many pairs and G
    before, after : largest violation of each rule, of the file's nearest images and now; N m⁻¹, Huang's in Pa
    imposed, left_out : rules that were imposed, and those that would have made the lattice unstable
    unmet : rules of which something is left
    change : norm of what the rules changed over that of the force constants
    moved_at, moved_between : Hz, largest change of a frequency at the supercell's own wave vectors and between them
    stiffness : ndarray (6, 6) Pa at E = 0, in the order xx, yy, zz, yz, xz, xy; stiffness_error : what the supercell
        leaves open of it; asymmetry : Pa
    sensitivity : relative change of γ^NL at 300 K when the supercell is shared otherwise, None where nobody looked
    """

    supercell: np.ndarray
    exponent: float
    cutoff: float
    pairs: int
    reciprocal: int
    before: dict[SumRule, float]
    after: dict[SumRule, float]
    imposed: frozenset[SumRule]
    left_out: frozenset[SumRule]
    unmet: frozenset[SumRule]
    change: float
    moved_at: float
    moved_between: float
    stiffness: np.ndarray
    stiffness_error: np.ndarray
    asymmetry: float
    sensitivity: float | None = None


@dataclass(frozen=True)
class Settled:
    """A crystal, what was done for it, and what it could as well be.

    pairs : its force constants, without the reciprocal part of the dipoles
    plain : with nothing but the translational rule, all of a sum on the nearest images
    others : shared with other exponents, which the supercell knows as little about
    """

    crystal: Crystal
    pairs: PairTable
    report: Report
    plain: Crystal
    others: tuple[Crystal, ...]


@dataclass(frozen=True)
class _Lattice:
    """What force constants are made of."""

    loaded: Loaded
    dipoles: Dipoles | None
    images: Images
    stress: np.ndarray

    def moments(self, pairs: PairTable) -> Moments:
        return invariances.moments(self.loaded.structure, pairs, self.loaded.dielectric, self.dipoles, self.stress)

    def crystal(self, pairs: PairTable) -> Crystal:
        return dynamical.build(self.loaded.structure, pairs, self.dipoles)

    def translated(self, pairs: PairTable, exponent: float, rules: frozenset[SumRule]) -> PairTable:
        if SumRule.TRANSLATIONAL not in rules:
            return pairs
        return invariances.translate(self.images, pairs, self.moments(pairs), exponent)

    def shared(self, exponent: float, rules: frozenset[SumRule]) -> PairTable:
        """Force constants shared by the prior that obey the rules."""
        pairs = self.translated(self.images.shared(self.images.weight(exponent)), exponent, rules)
        return invariances.impose(self.images, pairs, self.moments(pairs), exponent, rules)


def settle(loaded: Loaded, rules: frozenset[SumRule], stress: np.ndarray = UNSTRESSED) -> Settled:
    """Force constants of the crystal from those of the supercell.

    stress : ndarray (3, 3) Pa, tension positive; a pressure makes no difference
    rules : those wanted. Of the rotational and Huang conditions, those that would make a lattice unstable which is not
    without them are left out: where a cell is stressed, or a molecule or layer has no images to share with.
    """
    structure, dielectric = loaded.structure, loaded.dielectric
    if dielectric is not None and structure.empty is not None:
        dielectric = in_plane(structure, dielectric)
        loaded = replace(loaded, dielectric=dielectric)
    dipoles = _dipoles(loaded, dielectric) if dielectric else None
    found = images.find(structure, loaded.pairs, loaded.supercell, loaded.commensurate_qc, dielectric, dipoles)
    lattice, p = _Lattice(loaded, dipoles, found, stress), images.exponent(found)
    nearest = found.nearest()
    plain = lattice.translated(nearest, p, rules)
    imposed, pairs = _imposed(lattice, p, rules) if rules & FAMILIES else (rules, plain)
    crystal, bare = lattice.crystal(pairs), lattice.crystal(plain)
    moments = lattice.moments(pairs)
    before, after = lattice.moments(nearest).violations(), moments.violations()
    moved_at, moved_between = _moved(lattice, bare, crystal)
    stiffness = _stiffness(moments, crystal)
    shared = [lattice.shared(factor * p, imposed) for factor in OTHERS]
    others = tuple(lattice.crystal(other) for other in shared)
    doubts = [_stiffness(lattice.moments(s), o) - stiffness for s, o in zip(shared, others, strict=True)]
    report = Report(
        supercell=loaded.supercell,
        exponent=p,
        cutoff=found.cutoff,
        pairs=len(pairs.first),
        reciprocal=len(dipoles.wavevector_gc) if dipoles else 0,
        before=before,
        after=after,
        imposed=imposed,
        left_out=rules - imposed,
        unmet=frozenset(r for r in imposed if after[r] > max(MET * before[r], ROUNDING[r])),
        change=float(np.linalg.norm(pairs.phi - plain.phi) / np.linalg.norm(plain.phi)),
        moved_at=moved_at,
        moved_between=moved_between,
        stiffness=elasticity.voigt(stiffness),
        stiffness_error=elasticity.voigt(np.abs(doubts).max(axis=0)),
        asymmetry=elasticity.asymmetry(stiffness),
    )
    return Settled(crystal, pairs, report, bare, others)


def _stiffness(found: Moments, crystal: Crystal) -> np.ndarray:
    """C_{ig,jl} in Pa, (3, 3, 3, 3), of a crystal and the moments of its force constants."""
    root = np.repeat(np.sqrt(crystal.structure.mass_a), 3)
    at_gamma = dynamical.matrices(crystal, np.zeros((1, 3)))[0].real * np.outer(root, root)
    return elasticity.tensor(found, at_gamma)


def _dipoles(loaded: Loaded, dielectric: Dielectric) -> Dipoles:
    """With fewer G where the images reach farther than the real-space part would: it may reach as far for nothing."""
    if loaded.structure.empty is not None:
        width = ewald.width_of_layer(images.reach(loaded.structure, loaded.supercell))
        return dipole.build(loaded.structure, dielectric, width)
    within = images.cutoff(loaded.structure, loaded.pairs, loaded.supercell)
    width = min(ewald.width(loaded.structure, dielectric), ewald.width_within(dielectric, within))
    return dipole.build(loaded.structure, dielectric, width)


def _imposed(lattice: _Lattice, exponent: float, rules: frozenset[SumRule]) -> tuple[frozenset[SumRule], PairTable]:
    """The most rules that make no instability, nor one deeper, and the force constants that obey them."""
    free = lattice.shared(exponent, rules - FAMILIES)
    q = _probes(lattice)
    before = _lowest(lattice.crystal(free), q)
    # sharing alone can make long waves of some directions unstable: that must not excuse the rules in others
    allowed = np.where(before >= UNSTABLE, UNSTABLE, min(UNSTABLE, (1 + DEEPER) * before.min()))
    for imposed in (rules, rules - {SumRule.HUANG}):
        pairs = lattice.shared(exponent, imposed)
        if imposed & FAMILIES and np.all(_lowest(lattice.crystal(pairs), q) >= allowed):
            return imposed, pairs
    return rules - FAMILIES, free


def _probes(lattice: _Lattice) -> np.ndarray:
    """Long waves in many directions, and wave vectors between those of the supercell, (q, 3) fractional."""
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)])
    return nearest_image(lattice.loaded.structure, np.concatenate([LONG_WAVE * steps, _between(lattice)]))


def _between(lattice: _Lattice) -> np.ndarray:
    """Wave vectors half a step off those of the supercell in all directions, some of them, (q, 3) fractional."""
    half = np.linalg.inv(lattice.loaded.supercell).sum(axis=1) / 2
    return _some(lattice.loaded.commensurate_qc) + half


def _some(q_qc: np.ndarray) -> np.ndarray:
    return q_qc[:: -(-len(q_qc) // PROBES)]


def _lowest(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """Smallest ω² at each of the wave vectors, (q,) in rad² s⁻²."""
    return np.linalg.eigvalsh(dynamical.matrices(crystal, q_kc))[:, 0]


def _moved(lattice: _Lattice, before: Crystal, after: Crystal) -> tuple[float, float]:
    """Largest change of a frequency at the wave vectors of the supercell and between them, Hz."""
    structure = lattice.loaded.structure

    def frequencies(crystal: Crystal, q: np.ndarray) -> np.ndarray:
        square = np.linalg.eigvalsh(dynamical.matrices(crystal, q))
        return np.sign(square) * np.sqrt(np.abs(square)) / (2 * np.pi)

    found = []
    for q in (_some(lattice.loaded.commensurate_qc), _between(lattice)):
        inside = nearest_image(structure, q)
        apart = frequencies(after, inside) - frequencies(before, inside)
        apart[np.all(np.abs(inside) < 1e-9, axis=1)] = 0.0  # roots of rounding at Γ, and Γ is what translation says
        found.append(float(np.abs(apart).max()))
    return found[0], found[1]
