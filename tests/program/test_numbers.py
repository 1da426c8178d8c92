"""Numbers in the file of one run belong together as theory says; rank 0 reads them."""

import numpy as np
import pytest
from scipy.constants import e, hbar, mu_0, physical_constants

from hpcph.result.maps import largest_moment

pytestmark = pytest.mark.mpi


def test_the_crystal_is_quartz(data):
    """Volume, density and masses belong together."""
    assert data["/crystal/volume"] == pytest.approx(abs(np.linalg.det(data["/crystal/lattice"])), rel=1e-14)
    assert data["/crystal/density"] == pytest.approx(data["/crystal/masses"].sum() / data["/crystal/volume"], rel=1e-14)
    assert 2400 < data["/crystal/density"] < 2700


def test_pam_density_is_gamma_times_gradient(data):
    """⟨L⟩/V = γ^NL · axis · 10³ K/m."""
    np.testing.assert_allclose(data["/thermal/pam_density"], data["/thermal/gamma_nl"] @ [0, 0, 1e3], rtol=1e-14)
    assert np.abs(data["/thermal/pam_density"][:, 2]).min() > 0


def test_gamma_ll_is_two_chi_over_rho_r_squared(data):
    """Both channels: scale·2χ_zz/(ρr²); total is their sum; unscaled is without the scale."""
    r, rho, scale = data["/feedback/radius"], data["/crystal/density"], data["@feedback_scale"]
    np.testing.assert_allclose(r, [18e-9, 20e-9], rtol=1e-14)
    for part in ("diagonal", "off_diagonal"):
        chi = data[f"/feedback/susceptibility/{part}"][:, 2, 2, None]
        np.testing.assert_allclose(data[f"/feedback/gamma_ll/{part}"], scale * 2 * chi / (rho * r**2), rtol=1e-12)
    total = data["/feedback/gamma_ll/total"]
    parts = data["/feedback/gamma_ll/diagonal"] + data["/feedback/gamma_ll/off_diagonal"]
    np.testing.assert_allclose(total, parts, rtol=1e-14)
    np.testing.assert_allclose(data["/feedback/gamma_ll/unscaled"] * scale, total, rtol=1e-14)


def test_calibration_is_hit(data):
    """γ^LL(290 K, 20 nm) = 0.8, η = 5; 18 nm: 0.8·(20/18)² and η = 81."""
    assert data["/feedback/gamma_ll/total"][1] == pytest.approx([0.8 * (20 / 18) ** 2, 0.8], rel=1e-14)
    assert data["/feedback/amplification"][1] == pytest.approx([81, 5], rel=1e-11)


def test_amplification_and_its_limits(data):
    """η = 1/(1 − γ^LL) below 1, NaN from 1 on, and the density follows η along the axis."""
    total, eta = data["/feedback/gamma_ll/total"], data["/feedback/amplification"]
    assert (total >= 1).any() and (total < 1).any()
    np.testing.assert_array_equal(np.isnan(eta), total >= 1)
    np.testing.assert_allclose(eta[total < 1], 1 / (1 - total[total < 1]), rtol=1e-12)
    density = data["/feedback/pam_density"]
    np.testing.assert_array_equal(np.isnan(density).any(-1), total >= 1)
    expected = eta * data["/thermal/pam_density"][:, None, 2]
    np.testing.assert_allclose(density[..., 2], expected, rtol=1e-9)
    critical = data["/feedback/radius"] * np.sqrt(total)
    np.testing.assert_allclose(critical, data["/feedback/critical_radius"][:, None].repeat(2, 1), rtol=1e-12)


def test_errors_stand_beside_the_numbers(data):
    """γ^LL and η: the errors of χ through 2χ/(ρr²) and η²; ⟨L⟩/V: that of γ^NL times the gradient."""
    r, rho, scale = data["/feedback/radius"], data["/crystal/density"], data["@feedback_scale"]
    for part in ("diagonal", "off_diagonal"):
        chi = data[f"/feedback/susceptibility/{part}_error"][:, 2, 2, None]
        np.testing.assert_allclose(data[f"/feedback/gamma_ll/{part}_error"], scale * 2 * chi / (rho * r**2), rtol=1e-12)
        assert np.all(chi > 0)
    total, eta = data["/feedback/gamma_ll/total_error"], data["/feedback/amplification"]
    np.testing.assert_allclose(data["/feedback/amplification_error"], eta**2 * total, rtol=1e-12)
    flow = data["/thermal/gamma_nl_error"]
    np.testing.assert_allclose(data["/thermal/pam_density_error"], flow @ [0, 0, 1e3], rtol=1e-12)


def test_maps_are_complete_and_of_the_right_size(data):
    """Weights sum to 1, frequencies are those of quartz, |l| ≤ 1, atoms add up; NaN at Γ of the slices alone."""
    assert data["/modes/weight"].sum() == pytest.approx(1, rel=1e-13)
    for group in ("/modes", "/bands"):
        assert 30e12 < data[f"{group}/frequency"].max() < 45e12
        assert data[f"{group}/frequency"].min() >= 0
        assert np.abs(data[f"{group}/polarization"]).max() <= 1 + 1e-12
    by_atom = data["/bands/polarization_by_atom"]
    np.testing.assert_allclose(by_atom.sum(2), data["/bands/polarization"], atol=1e-13)
    gamma = np.all(data["/slices/q"] == 0, axis=-1)
    assert gamma.sum() == 1
    np.testing.assert_array_equal(np.isnan(data["/slices/diagonal"]), gamma)
    np.testing.assert_array_equal(np.isnan(data["/slices/off_diagonal"]), gamma)


def test_stored_eigenvectors_belong_to_what_is_stored_beside_them(data):
    """2 Im e* × e of every atom is its polarization, but inside degenerate blocks, which share their mean."""
    for group in ("/bands", "/orbits"):
        e, frequency = data[f"{group}/eigenvector"], data[f"{group}/frequency"]
        np.testing.assert_allclose((np.abs(e) ** 2).sum((2, 3)), 1, atol=1e-6)
        l = 2 * np.cross(e.real, e.imag)
        gap = np.diff(frequency, axis=1, prepend=-np.inf, append=np.inf)
        alone = np.minimum(gap[:, :-1], gap[:, 1:]) > 1e8
        assert alone.any() and not alone.all()
        np.testing.assert_allclose(l[alone], data[f"{group}/polarization_by_atom"][alone], atol=1e-6)
        total = l.sum(2)
        np.testing.assert_allclose(total.sum(1), data[f"{group}/polarization"].sum(1), atol=1e-5)
    assert data["/orbits/polarization"][0, 0, 2] > 0.9  # lowest branch at 0.091 c*


def test_spectra_add_up_to_the_response(data):
    """Over frequencies and over branches, at a temperature that the response has too; temperatures ascend."""
    assert data["/spectrum/at_temperature"].tolist() == [150, 290]
    width = np.diff(data["/spectrum/spectral_frequency"])[0]
    chi = "/feedback/susceptibility"
    tensors = {"gamma_nl": "/thermal/gamma_nl", "diagonal": f"{chi}/diagonal", "off_diagonal": f"{chi}/off_diagonal"}
    for name, tensor in tensors.items():
        value = data[tensor][1, 2, 2]
        assert data[f"/spectrum/{name}"][1].sum() * width == pytest.approx(value, rel=1e-9)
        assert data[f"/spectrum/{name}_by_branch"][1].sum() == pytest.approx(value, rel=1e-9)
        assert data[f"/convergence/{name}"][-1, 1] == pytest.approx(value, rel=1e-12)
    assert np.all(np.diff(data["/convergence/points"]) > 0)


def test_the_mode_tables_give_the_response(data):
    """Σ w d (−∂f/∂ħω)/V over the stored tables is n·χ^D·n of the file."""
    from scipy.constants import k as boltzmann

    omega = 2 * np.pi * data["/modes/frequency"]
    weight = data["/modes/weight"][:, None]
    for t, T in enumerate(data["/temperature"]):
        f = 1 / np.expm1(hbar * omega / (boltzmann * T))
        chi = (weight * data["/modes/diagonal"] * f * (1 + f)).sum() / (boltzmann * T * data["/crystal/volume"])
        assert chi == pytest.approx(data["/feedback/susceptibility/diagonal"][t, 2, 2], rel=1e-10)


def test_magnetization_in_the_file_is_that_of_its_tensors(data):
    """γ^N ∇T + scale χ^{N,L} V I⁻¹⟨L⟩ along the axis, 2/(ρr²) for a cylinder; NaN with η; B = μ₀M; χ unscaled."""
    r, rho, scale = data["/feedback/radius"], data["/crystal/density"], data["@feedback_scale"]
    without, density = data["/magnetization/density_without_feedback"], data["/magnetization/density"]
    np.testing.assert_allclose(without, data["/magnetization/gamma_nl"] @ [0, 0, 1e3], rtol=1e-14)
    omega = 2 / (rho * r**2) * data["/feedback/pam_density"][..., 2]
    expected = without[:, None, 2] + scale * data["/rotation/magnetization"][:, None, 2, 2] * omega
    np.testing.assert_allclose(density[..., 2], expected, rtol=1e-12)
    np.testing.assert_array_equal(np.isnan(density).any(-1), np.isnan(data["/feedback/amplification"]))
    for group, name in (("magnetization", "density"), ("rotation", "magnetization")):
        np.testing.assert_allclose(data[f"/{group}/field"], mu_0 * data[f"/{group}/{name}"], rtol=1e-14)
    chi = data["/feedback/susceptibility/diagonal"] + data["/feedback/susceptibility/off_diagonal"]
    np.testing.assert_array_equal(data["/rotation/pam_density"], chi)


def test_moments_of_the_bands(result, data):
    """ħ Σ_a g_a l_a with g_a = (e/4m_a)(tr Z_a − Z_aᵀ); the closing line names the largest in μ_N."""
    born, mass = data["/crystal/born_charges"], data["/crystal/masses"][:, None, None]
    ratio = e / (4 * mass) * (np.trace(born, axis1=1, axis2=2)[:, None, None] * np.eye(3) - born.swapaxes(1, 2))
    expected = hbar * np.einsum("aij,qnaj->qni", ratio, data["/bands/polarization_by_atom"])
    largest = np.linalg.norm(expected, axis=-1).max()
    np.testing.assert_allclose(data["/bands/moment"], expected, atol=1e-12 * largest)
    mean = np.trace(born, axis1=1, axis2=2) / 3 * e / (2 * data["/crystal/masses"])
    expected = hbar * np.einsum("a,qnai->qni", mean, data["/bands/polarization_by_atom"])
    np.testing.assert_allclose(data["/bands/moment_scalar"], expected, atol=1e-12 * largest)
    magneton = physical_constants["nuclear magneton"][0]
    assert f"path: {largest / magneton:.3g} μ_N" in largest_moment(result[0].path)


def test_helicity_of_a_cell(data):
    """tr H V/ħ, its errors the same of those of H; every branch and frequency has a share of tr H."""
    volume = data["/crystal/volume"] / hbar
    for kind in ("", "_error", "_lattice_error"):
        expected = np.trace(data[f"/helicity/density{kind}"], axis1=1, axis2=2) * volume
        np.testing.assert_allclose(data[f"/helicity/per_cell{kind}"], expected, rtol=1e-12)
    assert np.abs(data["/helicity/per_cell"]).max() > 1e-3
    shares = data["/spectrum/helicity_by_branch"].sum(axis=1)
    both, s, t = np.intersect1d(data["/spectrum/at_temperature"], data["/temperature"], return_indices=True)
    assert both.size
    np.testing.assert_allclose(shares[s] * volume, data["/helicity/per_cell"][t], rtol=1e-9)
