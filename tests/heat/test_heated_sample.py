"""A heated sample of a run: the homogeneous limit, self-consistency, energy, fields outside, any number of ranks."""

from functools import partial

import h5py
import numpy as np
import pytest
from heat.samples import CUBOID, CYLINDER, SMALL
from parallel import world

from hpcph.heat.fields import slope
from hpcph.heat.grid import Part, cuboid

pytestmark = pytest.mark.petsc


def heated(folder, sample: dict, **changes) -> h5py.File:
    """Open result of a run of all ranks."""
    with world.communicator() as comm:
        path = world.compute(comm, folder, world.quartz(**SMALL, sample=sample, **changes)).path
    return h5py.File(path, "r")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """One run a shape, scaled so that the feedback matters; the cuboid about an axis of no symmetry."""
    return {
        "cylinder": heated(tmp_path_factory.mktemp("cylinder"), CYLINDER),
        "cuboid": heated(tmp_path_factory.mktemp("cuboid"), CUBOID, axis=[1, 2, 2]),
    }


def test_a_uniform_gradient_gives_the_amplification_of_the_main_job(tmp_path):
    """η to 1e-8, and L/V = η γ ∇T, of a cylinder that is 0.1 µK above 300 K at its top."""
    sample = {
        **CYLINDER, "laser": {"power": "1e-14 W", "spot": "uniform"}, "bottom": {"temperature": "300 K"},
        "side": "insulated",
    }  # fmt: skip
    body = {"radius": "20 nm", "height": "60 nm"}
    calibrated = {"gamma_ll": 0.8, "temperature": "290 K", "radius": "20 nm"}
    with heated(tmp_path, sample, feedback={"sample": body, "calibrate": calibrated}) as file:
        t = list(file["/temperature"][...]).index(300)
        eta, kappa = file["/feedback/amplification"][t, 0], file["/thermal/conductivity"][t, 2, 2]
        assert eta > 4
        assert file["/sample/amplification"][()] == pytest.approx(eta, rel=1e-8)
        rise = 1e-14 / (np.pi * 20e-9**2) / kappa * 60e-9
        field = file["/sample/temperature_field"][...]
        assert 1e-8 < rise < 1e-6
        np.testing.assert_allclose(field[-1] - 300, rise, rtol=1e-4)
        volume, gradient = file["/sample"].attrs["volume"], rise / 60e-9
        expected = file["/thermal/gamma_nl"][t, 2, 2] * gradient * volume
        assert file["/sample/pam_without_feedback"][2] == pytest.approx(expected, rel=1e-8)
        assert file["/sample/pam"][2] == pytest.approx(eta * expected, rel=1e-8)


@pytest.mark.parametrize("shape", ["cylinder", "cuboid"])
def test_amplification_is_that_of_the_component_along_the_axis(results, shape):
    """L with feedback over L without; about an axis of no symmetry that is not 1/(1 − γ^LL)."""
    file = results[shape]["/sample"]
    eta, gamma = file["amplification"][()], file["gamma_ll"][()]
    assert eta == pytest.approx(file["pam"][2] / file["pam_without_feedback"][2], rel=1e-10)
    assert (abs(eta * (1 - gamma) - 1) > 1e-4) == (shape == "cuboid")
    assert file["amplification_error"][()] > 0


@pytest.mark.parametrize("shape", ["cylinder", "cuboid"])
def test_energy_is_balanced(results, shape):
    """What light brings the baths take, to 1e-8."""
    about = results[shape]["/sample"].attrs
    assert about["power"] == pytest.approx({"cylinder": 20e-6, "cuboid": 10e-6}[shape], rel=1e-12)
    assert about["power_leaving"] == pytest.approx(about["power"], rel=1e-8)
    assert about["hottest"] > about["coldest"] + 20


def volumes(file: h5py.File) -> np.ndarray:
    """Volumes of the nodes, from their positions."""
    x, y, z = (file[f"/sample/{n}"][...] for n in "xyz")
    width = {n: np.gradient(v) * np.r_[0.5, np.ones(len(v) - 2), 0.5] for n, v in zip("xyz", (x, y, z), strict=True)
             if len(v) > 1}  # fmt: skip
    across = width["x"] * (2 * np.pi * np.r_[x[1] / 8 * 2, x[1:-1], x[-1] - x[1] / 4] if len(y) == 1 else 1)
    return width["z"][:, None, None] * width.get("y", np.ones(1))[None, :, None] * across


@pytest.mark.parametrize("shape", ["cylinder", "cuboid"])
def test_all_atoms_feel_the_total(results, shape):
    """ℓ − ℓ⁰ = scale χ(T) I⁻¹ ∫ℓ dV at every node, with χ and T of the file; and the totals are those of ℓ."""
    file = results[shape]
    frame, volume, T = file["/sample/frame"][...], volumes(file), file["/sample/temperature_field"][...]
    with_, without = file["/sample/pam_density"][...], file["/sample/pam_density_without_feedback"][...]
    total = np.einsum("kji,kjia->a", volume, with_)
    if shape == "cylinder":
        total[:2] = 0
        mass = file["/crystal/density"][()] * np.pi * 20e-9**2 * 60e-9
        inertia = mass * np.array([20e-9**2 / 4 + 60e-9**2 / 12] * 2 + [20e-9**2 / 2])
    else:
        mass = file["/crystal/density"][()] * 30e-9 * 40e-9 * 50e-9
        a, b, c = 30e-9**2, 40e-9**2, 50e-9**2
        inertia = mass / 12 * np.array([b + c, a + c, a + b])
    np.testing.assert_allclose(file["/sample/pam"][...], total, rtol=1e-10, atol=1e-10 * np.abs(total).max())
    np.testing.assert_allclose(file["/sample/rotation"][...], -total / inertia, rtol=1e-9, atol=1e-9)
    scale = file["/provenance"].attrs["feedback_scale"]
    knots = file["/temperature"][...]
    chi = sum(file[f"/feedback/susceptibility/{n}"][...] for n in ("diagonal", "off_diagonal"))
    near = np.argmin(np.abs(T - 300))  # where the interpolation is all but its knot
    chi = frame @ chi[list(knots).index(300)] @ frame.T
    gained = (with_ - without).reshape(-1, 3)[near]
    expected = scale * chi @ (total / inertia)
    assert np.abs(gained).max() > 0.1 * np.abs(without).max()
    np.testing.assert_allclose(gained, expected, rtol=2e-3, atol=2e-3 * np.abs(expected).max())
    assert np.ptp(with_ - without, axis=(0, 1, 2)).max() > 1e-3 * np.abs(gained).max()  # χ is not the same everywhere


def test_the_temperature_is_within_the_baths_and_hottest_under_the_spot(results):
    """No cooler than the coldest bath; the hottest node of the cuboid is where the spot is."""
    for file in results.values():
        about, T = file["/sample"].attrs, file["/sample/temperature_field"][...]
        assert T.min() >= 280 and about["hottest"] == T.max() and about["coldest"] == T.min()
    T = results["cuboid"]["/sample/temperature_field"][...]
    k, j, _ = np.unravel_index(np.argmax(T), T.shape)
    assert (k, j) == (8, 3)


def test_gradients_of_quadratic_temperatures_are_exact():
    """On faces as well."""
    part = Part(grid := cuboid((1.0, 1.2, 0.9), (5, 4, 6)), 0, 7)
    x, y, z = part.position()
    found = slope(part, np.broadcast_to(x**2 + 2 * x * y - y**2 + 3 * z**2, grid.nodes))
    for values, exact in zip(found, (2 * x + 2 * y, 2 * x - 2 * y, 6 * z), strict=True):
        np.testing.assert_allclose(values, np.broadcast_to(exact + 0 * (x + y + z), grid.nodes), atol=1e-12)


def test_a_supercritical_sample_is_marked(tmp_path):
    """γ^LL ≥ 1: NaN, never a number; what needs no feedback is there."""
    changes = {"feedback__calibrate": world.DROP, "feedback__scale": 1e7}
    with heated(tmp_path, CYLINDER, **changes) as file:
        assert file["/sample/gamma_ll"][()] > 1
        for name in ("amplification", "pam", "pam_density", "magnetization", "rotation", "torque", "stray_field"):
            assert np.isnan(file[f"/sample/{name}"][...]).any(), name
        assert np.isfinite(file["/sample/pam_density_without_feedback"][...]).all()
        assert file["/sample/critical_radius"][()] > 20e-9


def test_ranks_agree_and_the_same_number_gives_the_same_bits(tmp_path):
    """1 and 2 ranks: everything else has the same bits, /sample the same numbers to 1e-8; 2 and 2: the same bits."""
    path = world.write(tmp_path, world.quartz(**SMALL, sample=CYLINDER))
    files = []
    for number, start in enumerate((world.here, partial(world.command, 2), partial(world.command, 2))):
        done = start("run", path, "--output", tmp_path / f"{number}")
        assert done.returncode == 0, done.stderr
        files.append(h5py.File(tmp_path / f"{number}/result.h5", "r"))
    one, two, _ = files
    seals = [file["/provenance"].attrs for file in files]
    assert seals[0]["sha256_without_sample"] == seals[1]["sha256_without_sample"]
    assert seals[1]["sha256"] == seals[2]["sha256"]
    for name in one["/sample"]:
        values = one["/sample"][name][...]
        size = np.abs(values).max()
        np.testing.assert_allclose(two["/sample"][name][...], values, rtol=0, atol=1e-8 * size, err_msg=name)


def test_ranks_without_a_part_end_with_the_others(tmp_path):
    """Four ranks, planes for three: PETSc's last collective steps are taken by all of them, so that nobody waits."""
    data = world.quartz(**SMALL | {"mesh__grid": [2, 2, 2]}, sample=CYLINDER | {"cells": [4, 10]})
    done = world.command(4, "run", world.write(tmp_path, data), "--output", tmp_path / "out", timeout=120)
    assert done.returncode == 0, done.stderr
