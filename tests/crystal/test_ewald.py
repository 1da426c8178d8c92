"""Point dipoles summed in full, lattice.md §2: neither the width of the Gaussian nor the choice of cell counts."""

from dataclasses import replace

import models
import numpy as np
import physics
import pytest
import supercells
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import dipole, dynamical, ewald
from hpcph.crystal.lattice import Dielectric, Structure
from hpcph.crystal.mesh import nearest_image

WIDTHS = (0.6, 1.8)
POLAR = ("zno", "stishovite", "aln", "embedded", "quartz_lda", *physics.PHONONDB)


def square(crystal, q):
    """ν² in THz², ascending, (k, n)."""
    return np.linalg.eigvalsh(dynamical.matrices(crystal, np.atleast_2d(q))) / physics.THZ**2


def apart(one, other):
    """Largest difference of frequencies in THz for two sets of ν²; of modes below 1 THz, that of one there."""
    scale = np.sqrt(np.maximum(np.abs(one), 1.0))
    return (np.abs(one - other) / (2 * scale)).max()


def slow(names):
    return [pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("name", [*POLAR, *slow(("quartz_pbesol", *physics.LARGE))])
def test_width_of_the_gaussian_does_not_count(name):
    """Force constants with all rules on, from 0.6 to 1.8 of the default width: 1e-8 THz, and G from 1/3 to 4 times."""
    loaded = physics.loaded(name)
    width = ewald.width(loaded.structure, loaded.dielectric)
    q = np.vstack([physics.random_q(loaded.structure, 20), 0.02 * physics.random_q(loaded.structure, 5)])
    default = supercells.made(loaded)
    reference = square(default.crystal, q)
    for factor in WIDTHS:
        other = supercells.made(loaded, width=factor * width)
        ratio = len(other.dipoles.wavevector_gc) / len(default.dipoles.wavevector_gc)
        assert ratio < 0.5 if factor < 1 else ratio > 2
        assert apart(reference, square(other.crystal, q)) < 1e-8


@pytest.mark.parametrize("make", [supercells.nearest, pytest.param(lambda x: supercells.made(x).crystal, id="rules")])
def test_zinc_oxide_as_4_and_as_32_atoms(make):
    """The same force constants with supercells of 2×2×2 and 1×1×1: the same modes at the folded wave vectors."""
    small, large = make(physics.loaded("zno4")), make(physics.loaded("zno32"))
    for q in ([0.5, 0, 0], [0.13, 0.27, -0.31], [0.02, 0, 0.01]):
        folded = supercells.unfolded(small.structure, np.diag([2, 2, 2]), q)
        assert apart(square(large, q)[0], np.sort(square(small, folded).ravel())) < 1e-8


def test_frequencies_of_zinc_oxide_that_every_cell_gives():
    """The lowest at ½ a* of 32 atoms, as a converged reciprocal sum has them: 0.01 THz off with phonopy's 300 G."""
    crystal = supercells.nearest(physics.loaded("zno4"))
    found = np.sort(square(crystal, supercells.unfolded(crystal.structure, np.diag([2, 2, 2]), [0.5, 0, 0])).ravel())
    assert np.sqrt(found[:3]) == pytest.approx([1.8713, 1.8713, 2.2966], abs=5e-5)


@settings(max_examples=25, deadline=None)
@given(cell=models.shapes(3), supercell=models.shapes(4), seed=st.integers(0, 99))
def test_any_cell_of_any_supercell_gives_the_folded_frequencies(cell, supercell, seed):
    """A triclinic crystal with any charges and a supercell of any shape, written with any smaller one as its cell."""
    small = models.springs(seed, supercell @ cell)
    large = supercells.enlarged(small, cell)
    q = nearest_image(large.structure, np.random.default_rng(seed).uniform(-0.5, 0.5, (1, 3)))[0]
    folded = supercells.unfolded(small.structure, cell, q)
    # the rules spread an error of the moments over everything
    for make, tolerance in ((supercells.nearest, 1e-8), (lambda x: supercells.made(x).crystal, 5e-8)):
        assert apart(square(make(large), q)[0], np.sort(square(make(small), folded).ravel())) < tolerance


def bare(dielectric, first, second, x):
    """Force constants of dipoles Z u in a medium ε, c/√det ε Z_aᵀ [ε⁻¹/d³ − 3 Δ Δᵀ/d⁵] Z_b, (p, 3, 3) N m⁻¹."""
    delta = x @ np.linalg.inv(dielectric.epsilon)
    d = np.sqrt(np.einsum("pc,pc->p", x, delta))[:, None, None]
    field = np.linalg.inv(dielectric.epsilon) / d**3 - 3 * delta[:, :, None] * delta[:, None] / d**5
    born = dielectric.born
    strength = dielectric.coulomb / np.sqrt(np.linalg.det(dielectric.epsilon))
    return strength * born[first].swapaxes(1, 2) @ field @ born[second]


def summed(structure, dielectric, width, q):
    """Both parts of the Ewald sum at a wave vector, (a, b, 3, 3) N m⁻¹ without the masses."""
    root = np.sqrt(structure.mass_a)
    reciprocal = dipole.blocks(dipole.build(structure, dielectric, width), q[None] @ structure.reciprocal_vc, 1)[0, 0]
    total = reciprocal * np.outer(root, root)[..., None, None]
    first, second, cell, phi = ewald.real_space(structure, dielectric, width)
    angle = 2 * np.pi * (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ q
    np.add.at(total, (first, second), np.exp(1j * angle)[:, None, None] * phi)
    return total


@pytest.mark.parametrize("seed", range(3))
def test_near_dipoles_keep_their_bare_force_constants(seed):
    """Where the Gaussian is wide, y ≪ 1, the real-space part is the bare interaction, corrections being of order y³."""
    structure, dielectric = models.triclinic(seed)
    width = 2e8
    inside = replace(structure, lattice_vc=60 * structure.lattice_vc, fractional_ac=structure.fractional_ac / 60)
    first, second, cell, phi = ewald.real_space(inside, dielectric, width)
    x = (cell + inside.fractional_ac[second] - inside.fractional_ac[first]) @ inside.lattice_vc
    y = width * np.sqrt(np.einsum("pc,cd,pd->p", x, np.linalg.inv(dielectric.epsilon), x))
    near = np.flatnonzero((y > 0) & (y < 0.1))
    assert len(near) == 2
    expected = bare(dielectric, first[near], second[near], x[near])
    strength = np.abs(expected).max()
    assert np.abs(phi[near] - expected).max() < 3 * y[near].max() ** 3 * strength
    far = np.argsort(y)[-1]
    outside = bare(dielectric, first[[far]], second[[far]], x[[far]])
    assert np.abs(phi[far]).max() < 10 * y[far] ** 3 * np.exp(-(y[far] ** 2)) * np.abs(outside).max() < 1e-6 * strength


@pytest.mark.parametrize("seed", range(3))
def test_sum_over_a_large_crystal_of_bare_dipoles(seed):
    """Σ_x Φ(x) e^{iq·x} term by term in a crystal that fades out over 12 cells.

    The window (1 + u + u²/2 + u³/6) e^{−u}, u = (r/R)², is flat to order r⁸.
    """
    structure, dielectric = models.triclinic(seed)
    q, reach = np.array([0.5, 0.31, -0.23]), 13
    atoms = len(structure.mass_a)
    cells = np.stack(np.meshgrid(*[np.arange(-3 * reach, 3 * reach + 1)] * 3), -1).reshape(-1, 3)
    expected = np.zeros((atoms, atoms, 3, 3), complex)
    for a in range(atoms):
        for b in range(atoms):
            fractional = cells + structure.fractional_ac[b] - structure.fractional_ac[a]
            fractional = fractional[np.any(np.abs(fractional) > 1e-9, axis=1)]
            x = fractional @ structure.lattice_vc
            u = np.einsum("pc,pc->p", x, x) / (reach * 2.5e-10) ** 2
            window = (1 + u + u**2 / 2 + u**3 / 6) * np.exp(-u)
            phi = bare(dielectric, np.full(len(x), a), np.full(len(x), b), x)
            expected[a, b] = np.einsum("p,pij->ij", window * np.exp(2j * np.pi * fractional @ q), phi)
    found = summed(structure, dielectric, ewald.width(structure, dielectric), q)
    assert np.abs(found - expected).max() < 1e-8 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("q", "field"),
    [
        ([1e-6, 0, 0], [-8 * np.pi / 3, 4 * np.pi / 3, 4 * np.pi / 3]),
        ([0.5, 0, 0], [-9.687, 4.844, 4.844]),
        ([0.5, 0.5, 0], [-2.677, -2.677, 5.354]),
        ([0.5, 0.5, 0.5], [0, 0, 0]),
    ],
)
def test_fields_of_a_simple_cubic_lattice(q, field):
    """Lorentz's field and those of antiferroelectric orders, Luttinger & Tisza, PR 70, 954 (1946), in units of p/a³."""
    a = 4e-10
    structure = Structure(np.eye(3) * a, np.zeros((1, 3)), np.ones(1), ("X",), np.eye(3, dtype=int)[None], "P1 (1)")
    dielectric = Dielectric(np.eye(3)[None], np.eye(3), 1.0)
    found = summed(structure, dielectric, ewald.width(structure, dielectric), np.array(q))[0, 0] * a**3
    assert np.abs(found + np.diag(field)).max() < 1e-3


def without_the_field(dipoles):
    """The sum over G ≠ 0 alone."""
    kept = np.linalg.norm(dipoles.wavevector_gc, axis=1) > 1.0
    assert kept.sum() == len(kept) - 1
    return replace(dipoles, wavevector_gc=dipoles.wavevector_gc[kept], phase_pg=dipoles.phase_pg[:, kept])


@pytest.mark.parametrize("name", ["zno", "stishovite", "embedded", "mp-989613"])
def test_moments_are_the_slopes_at_gamma(name):
    """First and second moment of the reciprocal part against differences of its matrix, G = 0 left out."""
    loaded = physics.loaded(name)
    structure, dielectric = loaded.structure, loaded.dielectric
    dipoles = dipole.build(structure, dielectric, ewald.width(structure, dielectric))
    root = np.sqrt(structure.mass_a)
    alone = without_the_field(dipoles)

    def matrix(k):
        """Σ_b of C, (a, 3, 3), at a wave vector in rad m⁻¹."""
        return np.einsum("abij,a,b->aij", dipole.blocks(alone, np.array([k]), 1)[0, 0], root, root)

    h = 0.005 * np.linalg.norm(structure.reciprocal_vc, axis=1).min()
    unit = np.eye(3)
    rise = [matrix(t * e) - matrix(-t * e) for t in (h, 2 * h) for e in unit]
    first = np.stack([(8 * rise[c] - rise[3 + c]) / (12 * h) for c in range(3)], -1).imag
    expected = ewald.first_moment(structure, dipoles)
    at_gamma = dipole.blocks(alone, np.zeros((1, 3)), 1)[0, 0]
    size = np.abs(at_gamma * np.outer(root, root)[..., None, None]).max()  # N m⁻¹; times Å, of a moment
    assert np.abs(first - expected).max() < 1e-7 * size * 1e-10
    assert np.abs(matrix(np.zeros(3)) - ewald.sum_at_gamma(structure, dipoles)).max() < 1e-12 * size

    def second(h):
        bent = np.zeros((3, 3, 3, 3))
        for g, l in np.ndindex(3, 3):
            corners = [s * t * matrix(h * (s * unit[g] + t * unit[l])) for s in (1, -1) for t in (1, -1)]
            bent[:, :, g, l] = -sum(corners).real.sum(axis=0) / (4 * h**2)
        return bent

    expected = ewald.second_moment(structure, dielectric, dipoles)
    assert np.abs((4 * second(h / 2) - second(h)) / 3 - expected).max() < 1e-7 * np.abs(expected).max()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_a_turned_crystal_is_the_same_crystal(seed):
    """Width, real-space part and whole sum under any rotation: Φ(Rx) = R Φ(x) Rᵀ."""
    structure, dielectric = models.triclinic(seed)
    R = np.linalg.qr(np.random.default_rng(seed + 1).normal(size=(3, 3)))[0]
    turned = replace(structure, lattice_vc=structure.lattice_vc @ R.T)
    medium = Dielectric(R @ dielectric.born @ R.T, R @ dielectric.epsilon @ R.T, dielectric.coulomb)
    width = ewald.width(structure, dielectric)
    assert ewald.width(turned, medium) == pytest.approx(width, rel=1e-12)
    q = np.array([0.21, -0.4, 0.13])
    one, other = summed(structure, dielectric, width, q), summed(turned, medium, width, q)
    assert np.abs(other - R @ one @ R.T).max() < 1e-9 * np.abs(one).max()
