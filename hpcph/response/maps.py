"""Maps over wave vectors: dispersion with angular momentum, contributions to χ on planes, tables of every mode."""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.dynamical import Crystal, nonanalytic
from hpcph.crystal.lattice import SYMMETRIC, Structure
from hpcph.crystal.mesh import is_gamma
from hpcph.phonons import magnetic_moment, screw
from hpcph.phonons.angular_momentum import block_average, polarization_along, polarization_by_atom
from hpcph.phonons.eigenvectors import circular, magnetic, polarization_vectors
from hpcph.phonons.modes import Modes, diagonalise, vibrations
from hpcph.response.occupation import occupation
from hpcph.response.tensors import CHI, DIAGONAL, FLOW, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.weights import ModeWeights, weights_along


@dataclass(frozen=True)
class Path:
    """Points along the legs of a path through the zone.

    q_kc : ndarray (q, 3) fractional; distance_k : ndarray (q,) rad m⁻¹ along the path
    direction_kc : ndarray (q, 3) Cartesian, along the leg: the side from which Γ is approached
    corner : indices of the ends of the legs; label : their names
    """

    q_kc: np.ndarray
    distance_k: np.ndarray
    direction_kc: np.ndarray
    corner: tuple[int, ...]
    label: tuple[str, ...]


def path(structure: Structure, legs, points: int) -> Path:
    """A path from legs ((label, q), (label, q)), `points` on each, ends included; jumps add no distance."""
    q: list[np.ndarray] = []
    distance: list[np.ndarray] = []
    direction: list[np.ndarray] = []
    corner: list[int] = []
    label: list[str] = []
    start = 0.0
    for (name_a, a), (name_b, b) in legs:
        a, b = np.asarray(a, float), np.asarray(b, float)
        vector = (b - a) @ structure.reciprocal_vc
        length = float(np.linalg.norm(vector))
        t = np.linspace(0, 1, points)
        corner += [len(q) * points, len(q) * points + points - 1]
        label += [name_a, name_b]
        q.append(a + t[:, None] * (b - a))
        distance.append(start + t * length)
        direction.append(np.tile(vector / length, (points, 1)))
        start += length
    return Path(np.concatenate(q), np.concatenate(distance), np.concatenate(direction), tuple(corner), tuple(label))


def plane_points(planes, grid) -> np.ndarray:
    """Points q of planes of constant q_c, −½ … ½ along a* and b*, (i, j, p, 3) fractional; p last makes them lines."""
    a, b = (np.linspace(-0.5, 0.5, n) for n in grid)
    return np.stack(np.meshgrid(a, b, np.asarray(planes, float), indexing="ij"), axis=-1)


def seen(crystal: Crystal, q_kc: np.ndarray, direction_kc: np.ndarray) -> Modes:
    """Modes at wave vectors, as of a piece of a path; those at Γ are the limits from a direction, (q, 3) Cartesian."""
    return diagonalise(crystal, q_kc, limits(crystal, q_kc, direction_kc))


def bands(
    structure: Structure, modes: Modes, q_kc: np.ndarray, direction_kc: np.ndarray, axis: np.ndarray
) -> dict[str, np.ndarray]:
    """Frequencies, phonon polarization and eigenvectors at wave vectors, the modes being `seen` there.

    Degenerate modes get the mean over their block, which does not depend on the choice of eigenvectors, or what those
    of definite angular momentum along the axis have.

    axis : ndarray (3,), unit vector

    Returns
    -------
    frequency (q, n) in Hz, negative where imaginary; in ħ polarization (q, n, 3), polarization_by_atom (q, n, a, 3),
    polarization_by_species (q, n, s, 3) in the order of species_names; helicity (q, n), l along the wave vector;
    crystal_angular_momentum (q, n), NaN off the axis; pseudo_angular_momentum (q, n) of the turn of rotation_order
    (q,), NaN where there is none; of the modes of definite angular momentum polarization_circular
    (q, n), along the axis, and eigenvector (q, n, a, 3) complex
    """
    names = species_names(structure.symbols)
    kind = np.array([names.index(symbol) for symbol in structure.symbols])
    atoms = block_average(polarization_by_atom(modes), modes.degenerate_blocks())
    along, definite = circular(modes, axis)
    pseudo, order = screw.pseudo_angular_momentum(structure, definite, along, q_kc, direction_kc, axis)
    return {
        "frequency": modes.frequency_kn / (2 * np.pi),
        "polarization": atoms.sum(axis=2),
        "polarization_by_atom": atoms,
        "polarization_by_species": np.stack(
            [atoms[:, :, kind == s].sum(axis=2) for s in range(kind.max() + 1)], axis=2
        ),
        "helicity": np.einsum("kni,ki->kn", atoms.sum(axis=2), modes.direction_kc),
        "polarization_circular": along,
        "pseudo_angular_momentum": pseudo,
        "rotation_order": order,
        "crystal_angular_momentum": _labels(structure, modes, q_kc, direction_kc, axis),
        "eigenvector": polarization_vectors(definite).astype(np.complex64),
    }


def moments(structure: Structure, modes: Modes, axis: np.ndarray) -> dict[str, np.ndarray]:
    """Magnetic moments of modes in A m²; axis : ndarray (3,), unit vector.

    Returns
    -------
    moment (q, n, 3) from the Born charges of `structure`, moment_scalar (q, n, 3) with the mean charge of every atom,
    degenerate modes having the mean over their block; of the modes of definite moment moment_circular (q, n), along the
    axis, and moment_eigenvector (q, n, a, 3) complex
    """
    born, mass = structure.born_aij, structure.mass_a
    assert born is not None, "moments need Born charges"
    atoms = block_average(polarization_by_atom(modes), modes.degenerate_blocks())
    ratio = magnetic_moment.gyromagnetic_tensor(born, mass)
    along, definite = magnetic(modes, ratio, axis)
    return {
        "moment": magnetic_moment.moments(atoms, ratio),
        "moment_scalar": magnetic_moment.moments(atoms, magnetic_moment.scalar_ratio(born, mass)),
        "moment_circular": along,
        "moment_eigenvector": polarization_vectors(definite).astype(np.complex64),
    }


def species_names(symbols: tuple[str, ...]) -> list[str]:
    """The chemical species in the order of their first atom."""
    return list(dict.fromkeys(symbols))


def _labels(
    structure: Structure, modes: Modes, q_kc: np.ndarray, direction_kc: np.ndarray, n: np.ndarray
) -> np.ndarray:
    """Crystal angular momentum of the turn about n, (q, n); NaN at wave vectors, or limits to Γ, that are off it."""

    def along(k: np.ndarray) -> np.ndarray:
        return np.linalg.norm(np.cross(k, n), axis=1) <= 1e-6 * np.linalg.norm(k, axis=1)

    on_axis = np.flatnonzero(along(q_kc @ structure.reciprocal_vc) & (along(direction_kc) | ~is_gamma(q_kc)))
    label = np.full(modes.frequency_kn.shape, np.nan)
    if on_axis.size:
        label[on_axis], _ = screw.labels(structure, modes.at(on_axis), n)
    return label


def limits(crystal: Crystal, q_kc: np.ndarray, direction_kc: np.ndarray) -> np.ndarray | None:
    """What dipoles add to D at the Γ among the wave vectors, seen from its direction, (q, n, n); None for nothing."""
    at_gamma = np.flatnonzero(is_gamma(q_kc))
    if crystal.dipoles is None or not at_gamma.size:
        return None
    extra = np.zeros((len(q_kc), crystal.modes, crystal.modes), complex)
    for k in at_gamma:
        extra[k] = nonanalytic(crystal, crystal.dipoles, direction_kc[k], q_kc[k])
    return extra


def slices(crystal: Crystal, q_kc: np.ndarray, axis: np.ndarray, temperature: float) -> dict[str, np.ndarray]:
    """Contribution of every k-point to χ^D and χ^OD along the axis, (k,) J s² m⁻³, and to the helicity, (k,) J s m⁻³.

    Their averages over the zone are χ and the trace of H.

    NaN at Γ itself, where the acoustic modes diverge (integrably), and where a mode is imaginary.
    """
    modes, volume = vibrations(crystal, q_kc), crystal.structure.volume
    f, slope, _ = occupation(modes.thermal_kn, np.array([temperature]))
    d, g = weights_along(modes, axis)
    found = {
        "diagonal": np.vecdot(slope[0], d),
        "off_diagonal": np.vecdot(f[0] + 0.5, g),
        "helicity": hbar * np.vecdot(f[0], polarization_along(modes, modes.direction_kc)),
    }
    missing = ~modes.active_kn.all(axis=1)
    return {name: np.where(missing, np.nan, values / volume) for name, values in found.items()}


def mode_tables(modes: Modes, weights: ModeWeights, axis: np.ndarray) -> dict[str, np.ndarray]:
    """What `modes: true` stores of every k-point; degenerate modes share the mean over their block.

    Returns
    -------
    frequency (k, n) Hz, polarization (k, n, 3) ħ, group_velocity (k, n, 3) m s⁻¹, and along the axis the weights of
    theory §4: diagonal (k, n) J² s² (to be multiplied by −∂f/∂ħω), off_diagonal (k, n) J s² (by f), and flow (k, n)
    """
    block = modes.degenerate_blocks()
    flow = weights.of(GAMMA_NL, FLOW).reshape(*block.shape, 3, 3) @ axis @ axis
    return {
        "frequency": modes.frequency_kn / (2 * np.pi),
        "polarization": block_average(weights.polarization_kni, block),
        "group_velocity": block_average(weights.velocity_knj, block),
        "flow": block_average(flow, block),
        "diagonal": block_average(component(weights.of(CHI, DIAGONAL), axis), block),
        "off_diagonal": block_average(component(weights.of(CHI, OFF_DIAGONAL), axis), block),
    }


def component(voigt: np.ndarray, n: np.ndarray) -> np.ndarray:
    """n·χ·n for a unit vector n and χ in Voigt order, the last index."""
    return voigt @ np.array([n[i] * n[j] * (1 if i == j else 2) for i, j in SYMMETRIC])
