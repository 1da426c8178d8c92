"""What the point group leaves of γ^NL and χ, on full meshes without the average over operations (check 3)."""

from dataclasses import replace

import numpy as np
import physics
import pytest

from hpcph.crystal import mesh
from hpcph.response import thermal
from hpcph.response.tensors import CHI, DIAGONAL, FLOW, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.weights import mode_weights

T = (20, 100, 300)
SYMMETRIC = (0, 0, 0.5)


def forms(name):
    """Projections of a tensor on the forms that the point group allows: γ (L axial, ∇T polar) and χ."""
    isotropic = [np.eye(3)]
    uniaxial = [np.diag([1, 1, 0]), np.diag([0, 0, 1])]
    circular = [np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]])]
    gamma = {"zno": circular, "P6_1": uniaxial + circular, "stishovite": [], "P2_13": isotropic, "P4_332": isotropic}
    chi = {"P2_13": isotropic, "P4_332": isotropic}
    return gamma.get(name, uniaxial), chi.get(name, uniaxial)


def residue(tensor, allowed):
    """Largest component outside the allowed forms, per temperature."""
    rest = np.array(tensor)
    for form in allowed:
        norm = np.sum(form * form)
        rest = rest - np.einsum("tij,ij->t", rest, form)[:, None, None] * form / norm
    return np.abs(rest).max(axis=(1, 2))


CRYSTALS = [
    ("quartz_pbesol", 6, SYMMETRIC, 1e-10),
    ("quartz_lda", 6, SYMMETRIC, 1e-10),
    ("embedded", 4, SYMMETRIC, 5e-12),
    ("zno", 6, SYMMETRIC, 1e-11),
    ("P6_1", 3, SYMMETRIC, 1e-8),
    ("P6_222", 4, SYMMETRIC, 1e-8),
    ("P2_13", 4, (0.5, 0.5, 0.5), 1e-11),
    ("P4_332", 2, (0.5, 0.5, 0.5), 1e-11),
]


def uncancelled(name, grid, shift):
    """γ^NL/τ if all modes carried their angular momentum one way, its largest component, (t,)."""
    case, T_ = physics.case(name), np.array(T, float)
    points = mesh.monkhorst_pack(case.structure, (grid,) * 3, shift, False)
    modes = physics.modes(case, points.q_kc)
    weights = mode_weights(modes)
    one_way = replace(weights, of_modes={s: np.abs(columns) for s, columns in weights.of_modes.items()})
    sums = thermal.thermal_sums(modes, one_way, points.weight_k, T_)
    return np.abs(physics.columns(sums, GAMMA_NL, FLOW)).max(axis=1) / case.structure.volume


@pytest.mark.parametrize(("name", "grid", "shift", "tolerance"), CRYSTALS)
def test_tensors_have_the_form_of_the_point_group(name, grid, shift, tolerance):
    """32, 622: xx = yy and zz; 6: and xy = −yx; 6mm: γ_xy = −γ_yx alone; 23, 432: isotropic."""
    r = physics.response(name, grid, shift, T)
    gamma, chi = forms(name)
    assert np.all(residue(r[GAMMA_NL], gamma) < tolerance * uncancelled(name, grid, shift))
    assert np.all(np.abs(r[GAMMA_NL]).max(axis=(1, 2)) > 1e-12)
    for part in (r[CHI, DIAGONAL], r[CHI, OFF_DIAGONAL]):
        assert np.all(residue(part, chi) < tolerance * np.abs(r[CHI]).max(axis=(1, 2)))


def test_a_mesh_that_breaks_the_axis_breaks_the_form():
    """A half step along a and b leaves γ_xx ≠ γ_yy at finite N: the residue above can fail."""
    r = physics.response("embedded", 4, (0.5, 0.5, 0.5), T)
    assert np.all(residue(r[GAMMA_NL], forms("embedded")[0]) > 1e-4 * np.abs(r[GAMMA_NL]).max(axis=(1, 2)))


@pytest.mark.parametrize("grid", [5, 6])
def test_inversion_leaves_chi_but_no_flow(grid):
    """Stishovite: γ^NL = 0, while χ^OD is as large as in other crystals."""
    r = physics.response("stishovite", grid, (0.5, 0.5, 0.5), T)
    quartz = physics.response("embedded", 4, SYMMETRIC, T)
    assert np.abs(r[GAMMA_NL]).max() < 1e-10 * np.abs(quartz[GAMMA_NL]).max()
    assert np.all(residue(r[CHI, OFF_DIAGONAL], forms("stishovite")[1]) < 1e-9 * np.abs(r[CHI]).max(axis=(1, 2)))
    assert np.all(np.einsum("tii->ti", r[CHI, OFF_DIAGONAL]) > 0.1 * quartz[CHI, OFF_DIAGONAL][0, 2, 2])


def test_mirror_image_turns_the_flow_and_leaves_chi():
    """γ^NL changes its sign from P3_121 to its inverted crystal, χ^D and χ^OD do not change."""
    one, other = (physics.response(n, 6, SYMMETRIC, T) for n in ("quartz_pbesol", "quartz_pbesol enantiomorph"))
    assert np.abs(one[GAMMA_NL] + other[GAMMA_NL]).max() < 1e-8 * np.abs(one[GAMMA_NL]).max()
    for part in ((CHI, DIAGONAL), (CHI, OFF_DIAGONAL)):
        assert np.abs(one[part] - other[part]).max() < 1e-9 * np.abs(one[CHI]).max()
    assert np.abs(one[GAMMA_NL][2, 2, 2]) > 1e-7


@pytest.mark.parametrize("name", ["quartz_pbesol", "P2_13", "zno"])
def test_chi_is_symmetric_and_positive(name):
    """χ^D and χ are symmetric, positive definite tensors at every temperature: F(Ω) is concave."""
    r = physics.response(name, 4, (0.5, 0.5, 0.5), T)
    for part in (r[CHI, DIAGONAL], r[CHI]):
        assert np.abs(part - part.swapaxes(1, 2)).max() == 0
        assert np.linalg.eigvalsh(part).min() > 0
