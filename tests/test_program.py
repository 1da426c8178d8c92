"""One run of the embedded crystal, looked at from outside: the file is what the interface promises.

Runs on one rank and under mpirun; rank 0 reads the file, the others take part in the run.
"""

import h5py
import numpy as np
import phonopy
import pytest
from parallel import world
from scipy.constants import e, hbar, mu_0, physical_constants

from hpcph.errors import InputError
from hpcph.output import magnetization

pytestmark = pytest.mark.mpi
A = 9  # atoms of quartz
TENSOR = "J s2 m-3"
TABLE = {  # name: shape with T, R, k, q, n and numbers, unit
    "/temperature": ("T", "K"),
    "/crystal/lattice": ("33", "m"),
    "/crystal/positions": ("a3", "1"),
    "/crystal/masses": ("a", "kg"),
    "/crystal/volume": ("", "m3"),
    "/crystal/density": ("", "kg m-3"),
    "/crystal/born_charges": ("a33", "e"),
    "/thermal/gamma_nl": ("T33", "J s m-2 K-1"),
    "/thermal/pam_density": ("T3", "J s m-3"),
    "/feedback/susceptibility/diagonal": ("T33", TENSOR),
    "/feedback/susceptibility/off_diagonal": ("T33", TENSOR),
    "/thermal/gamma_nl_error": ("T33", "J s m-2 K-1"),
    "/thermal/pam_density_error": ("T3", "J s m-3"),
    "/feedback/susceptibility/diagonal_error": ("T33", TENSOR),
    "/feedback/susceptibility/off_diagonal_error": ("T33", TENSOR),
    "/feedback/gamma_ll/diagonal_error": ("TR", "1"),
    "/feedback/gamma_ll/off_diagonal_error": ("TR", "1"),
    "/feedback/gamma_ll/total_error": ("TR", "1"),
    "/feedback/amplification_error": ("TR", "1"),
    "/feedback/radius": ("R", "m"),
    "/feedback/gamma_ll/diagonal": ("TR", "1"),
    "/feedback/gamma_ll/off_diagonal": ("TR", "1"),
    "/feedback/gamma_ll/total": ("TR", "1"),
    "/feedback/gamma_ll/unscaled": ("TR", "1"),
    "/feedback/amplification": ("TR", "1"),
    "/feedback/critical_radius": ("T", "m"),
    "/feedback/pam_density": ("TR3", "J s m-3"),
    "/magnetization/gamma_nl": ("T33", "A K-1"),
    "/magnetization/gamma_nl_error": ("T33", "A K-1"),
    "/magnetization/density_without_feedback": ("T3", "A m-1"),
    "/magnetization/density_without_feedback_error": ("T3", "A m-1"),
    "/magnetization/field_without_feedback": ("T3", "T"),
    "/magnetization/field_without_feedback_error": ("T3", "T"),
    "/magnetization/density": ("TR3", "A m-1"),
    "/magnetization/field": ("TR3", "T"),
    "/magnetization/radius": ("R", "m"),
    "/rotation/pam_density": ("T33", TENSOR),
    "/rotation/pam_density_error": ("T33", TENSOR),
    "/rotation/magnetization": ("T33", "A s m-1"),
    "/rotation/magnetization_error": ("T33", "A s m-1"),
    "/rotation/field": ("T33", "T s"),
    "/rotation/field_error": ("T33", "T s"),
    "/bands/moment": ("qn3", "A m2"),
    "/bands/moment_scalar": ("qn3", "A m2"),
    "/bands/q": ("q3", "1"),
    "/bands/distance": ("q", "m-1"),
    "/bands/frequency": ("qn", "Hz"),
    "/bands/polarization": ("qn3", "ħ"),
    "/bands/polarization_by_atom": ("qna3", "ħ"),
    "/bands/eigenvector": ("qna3", "1"),
    "/orbits/q": ("o3", "1"),
    "/orbits/frequency": ("on", "Hz"),
    "/orbits/polarization": ("on3", "ħ"),
    "/orbits/polarization_by_atom": ("ona3", "ħ"),
    "/orbits/eigenvector": ("ona3", "1"),
    "/spectrum/spectral_frequency": ("w", "Hz"),
    "/spectrum/at_temperature": ("s", "K"),
    "/spectrum/gamma_nl": ("sw", "J s m-2 K-1 Hz-1"),
    "/spectrum/diagonal": ("sw", f"{TENSOR} Hz-1"),
    "/spectrum/off_diagonal": ("sw", f"{TENSOR} Hz-1"),
    "/spectrum/gamma_nl_by_branch": ("sn", "J s m-2 K-1"),
    "/spectrum/diagonal_by_branch": ("sn", TENSOR),
    "/spectrum/off_diagonal_by_branch": ("sn", TENSOR),
    "/convergence/points": ("m", "1"),
    "/convergence/grid": ("m3", "1"),
    "/convergence/gamma_nl": ("mT", "J s m-2 K-1"),
    "/convergence/diagonal": ("mT", TENSOR),
    "/convergence/off_diagonal": ("mT", TENSOR),
    "/bands/crystal_angular_momentum": ("qn", "ħ"),
    "/optics/frequency": ("f", "rad s-1"),
    "/optics/pam": ("f333", "J s m-1 V-2"),
    "/optics/peltier": ("f333", "W V-2"),
    "/optics/orbital_current": ("f333", "J V-2"),
    "/optics/carried_current": ("f333", "J V-2"),
    "/optics/magnetization": ("f333", "A m V-2"),
    "/optics/pam_degenerate": ("f333", "J s m-1 V-2"),
    "/optics/pam_mean": ("fR3", "J s m-1 V-2"),
    "/optics/jones": ("R3", "1"),
    "/modes/q": ("k3", "1"),
    "/modes/k": ("k3", "rad m-1"),
    "/modes/weight": ("k", "1"),
    "/modes/frequency": ("kn", "Hz"),
    "/modes/polarization": ("kn3", "ħ"),
    "/modes/group_velocity": ("kn3", "m s-1"),
    "/modes/diagonal": ("kn", "J2 s2"),
    "/modes/off_diagonal": ("kn", "J s2"),
    "/slices/plane": ("p", "1"),
    "/slices/q": ("pij3", "1"),
    "/slices/k": ("pij3", "rad m-1"),
    "/slices/diagonal": ("pij", TENSOR),
    "/slices/off_diagonal": ("pij", TENSOR),
}


def contents(path) -> dict:
    """All datasets of a result by name, attributes of /provenance under '@name'."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda n, x: found.update({"/" + n: x[()]}) if isinstance(x, h5py.Dataset) else None)
        found.update({"@" + name: value for name, value in file["/provenance"].attrs.items()})
    return found


@pytest.fixture(scope="module")
def result():
    """Outcome of the small run and its file; the contents are None on other ranks than 0."""
    with world.communicator() as comm, world.shared_folder(comm) as folder:
        outcome = world.compute(comm, folder, world.quartz())
        yield outcome, contents(outcome.path) if comm.root else None
        comm.mpi.Barrier()


@pytest.fixture
def data(result):
    """Contents of the file; other ranks have nothing to look at."""
    if result[1] is None:
        pytest.skip("rank 0 looks")
    return result[1]


def computed(comm, folder, **changes):
    """Contents of the file of another run, on every rank."""
    outcome = world.compute(comm, folder, world.quartz(**changes))
    return comm.on_root(lambda: contents(outcome.path))


def test_names_shapes_and_units_of_the_interface(result, data):
    """Every dataset of the table is there as promised, with unit and description."""
    sizes = {"T": 3, "R": 2, "a": A, "n": 3 * A, "p": 2, "i": 3, "j": 5, "3": 3, "o": 2, "s": 2, "f": 5, "w": 40}
    sizes |= {"m": 3, "k": len(data["/modes/weight"]), "q": len(data["/bands/distance"])}
    with h5py.File(result[0].path, "r") as file:
        for name, (shape, unit) in TABLE.items():
            assert file[name].shape == tuple(sizes[s] for s in shape), name
            assert file[name].attrs["unit"] == unit, name
        for name in (n for n in data if n.startswith("/")):
            assert file[name].attrs["unit"] and file[name].attrs["description"], name
    assert data["/slices/plane"].tolist() == [0, 0.25]
    assert data["/temperature"].tolist() == [100, 290, 300]


def test_provenance(result, data):
    """Versions, input and its hash, host count, ranks, time, scale; and the digest that the run reports."""
    for name in ("hpcph", "numpy", "h5py", "phonopy", "mpi", "input", "input_sha256", "hosts", "ranks", "wall_time"):
        assert data["@" + name], name
    assert "calibrate" in data["@input"]
    assert data["@ranks"] == world.MPI.COMM_WORLD.size
    assert data["@sha256"] == result[0].sha256
    assert data["@feedback_scale"] > 1


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


def test_antiparallel_coupling_changes_the_sign(comm, folder, result):
    """γ^LL with the other sign, no NaN anywhere in the feedback but the critical radius that does not exist."""
    found = computed(
        comm, folder, feedback={"sample": {"radius": ["18 nm", "20 nm"]}, "coupling": "antiparallel", "scale": 1e7}
    )
    gamma = found["/feedback/gamma_ll/total"]
    assert (gamma < -1).any()
    np.testing.assert_allclose(found["/feedback/amplification"], 1 / (1 - gamma), rtol=1e-12)
    assert np.isfinite(found["/feedback/pam_density"]).all()
    if result[1] is not None:
        np.testing.assert_allclose(gamma, -1e7 * result[1]["/feedback/gamma_ll/unscaled"], rtol=1e-12)


def test_calibration_at_a_temperature_that_is_not_asked_for(comm, folder, result):
    """It sets the same scale and adds no temperature to the file."""
    found = computed(comm, folder, temperature=[100, 300], modes=False, bands=world.DROP, slices=world.DROP)
    assert found["/temperature"].tolist() == [100, 300]
    if result[1] is not None:
        assert found["@feedback_scale"] == pytest.approx(result[1]["@feedback_scale"], rel=1e-13)
        np.testing.assert_array_equal(found["/thermal/gamma_nl"], result[1]["/thermal/gamma_nl"][[0, 2]])


SMALL = {"modes": False, **dict.fromkeys(("bands", "orbits", "slices", "spectrum", "feedback", "optics"), world.DROP)}


def test_sections_that_are_not_asked_for_are_not_there(comm, folder):
    """No empty groups; χ is there without the feedback section, scale 1; Born charges without the magnetization."""
    found = computed(comm, folder, **SMALL, magnetization=False)
    groups = {name.split("/")[1] for name in found if name[0] == "/" and name.count("/") > 1}
    assert groups == {"crystal", "thermal", "feedback", "rotation", "convergence"}
    assert "/crystal/born_charges" in found and "/rotation/magnetization" not in found
    assert "/feedback/radius" not in found
    assert found["@feedback_scale"] == 1


def test_a_mesh_of_one_point(comm, folder):
    """1×1×1 is a mesh: one point with weight 1, on any number of ranks."""
    found = computed(comm, folder, **{**SMALL, "modes": True}, mesh__grid=[1, 1, 1])
    assert found["/modes/weight"].tolist() == [1.0]
    assert np.isfinite(found["/thermal/gamma_nl"]).all()


def test_magnetization_changes_nothing_else(comm, folder, result):
    """Every dataset of a run without it, tables of modes included, is that of the run with it."""
    found = computed(comm, folder, magnetization=False)
    if result[1] is not None:
        names = [name for name in found if name[0] == "/"]
        assert {"/modes/flow", "/feedback/gamma_ll/total", "/rotation/pam_density"} <= set(names)
        for name in names:
            if found[name].dtype.kind == "f":
                largest = np.nanmax(np.abs(found[name]))
                np.testing.assert_allclose(found[name], result[1][name], rtol=1e-12, atol=1e-12 * largest, err_msg=name)


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
    assert f"path: {largest / magneton:.3g} μ_N" in magnetization.largest_moment(result[0].path)


@pytest.fixture
def uncharged(comm, folder):
    """The embedded force constants without Born charges."""

    def write():
        crystal = phonopy.load(world.QUARTZ["crystal"]["force_constants"], is_nac=False)
        crystal.nac_params = None
        crystal.save(folder / "uncharged.yaml", settings={"force_constants": True})

    comm.on_root(write)
    return str(folder / "uncharged.yaml")


def test_magnetization_needs_born_charges(comm, folder, uncharged):
    """Asked for without them it is refused on all ranks; auto leaves it out."""
    with pytest.raises(InputError, match=r"magnetization = true: .*crystal\.born"):
        world.compute(comm, folder, world.quartz(crystal__force_constants=uncharged, magnetization=True))
    found = computed(comm, folder, **SMALL, crystal__force_constants=uncharged)
    assert "/rotation/pam_density" in found
    assert not {"/rotation/magnetization", "/magnetization/gamma_nl", "/crystal/born_charges"} & set(found)


def test_born_charges_serve_without_the_dipole_part(comm, folder):
    """`crystal.nac: none` leaves the dipoles out of D alone."""
    found = computed(comm, folder, **SMALL, crystal__nac="none")
    assert np.abs(found["/magnetization/gamma_nl"]).max() > 0


@pytest.mark.parametrize("rules", [[], ["translational"]])
def test_sum_rules_can_be_switched_off(comm, folder, rules, result):
    """The run goes through, and the rules make a difference."""
    found = computed(comm, folder, **SMALL, crystal__sum_rules=rules)
    assert np.isfinite(found["/thermal/gamma_nl"]).all()
    if result[1] is not None:
        assert not np.array_equal(found["/thermal/gamma_nl"], result[1]["/thermal/gamma_nl"])


@pytest.mark.parametrize(
    "changes, key",
    [
        ({"axis": [1, 0, 0]}, "slices.planes"),
        ({"bands": {"path": [[{"A": [0, 0, 0.5]}, {"B": [0, 0, 0.5]}]]}}, "bands.path"),
        ({"crystal__force_constants": "missing.yaml"}, "crystal.force_constants"),
        ({"crystal__nac": "gonze", "crystal__primitive": [[1, 0, 0], [0, 1, 0], [0, 0, 0.3]]}, "crystal"),
    ],
)
def test_mistakes_that_need_the_crystal_reach_every_rank(comm, folder, changes, key):
    """Rank 0 finds them, all ranks raise the InputError, and no file is left."""
    with pytest.raises(InputError) as caught:
        world.compute(comm, folder, world.quartz(**changes))
    assert caught.value.key.startswith(key)
    comm.mpi.Barrier()
    assert not list(folder.glob("out/*"))


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


def test_meshes_follow_each_other_until_the_accuracy_is_met(comm, folder):
    """The error that the file states is below the wanted one, at every temperature; its modes are of the last mesh."""
    data = computed(comm, folder, mesh={"accuracy": "40%"}, bands=world.DROP, slices=world.DROP)
    chi = data["/feedback/susceptibility/diagonal"] + data["/feedback/susceptibility/off_diagonal"]
    error = data["/feedback/susceptibility/diagonal_error"] + data["/feedback/susceptibility/off_diagonal_error"]
    flow, flow_error = data["/thermal/gamma_nl"], data["/thermal/gamma_nl_error"]
    for value, spread in ((chi, error), (flow, flow_error)):
        assert np.all(np.linalg.norm(spread, axis=(1, 2)) <= 0.4 * np.linalg.norm(value, axis=(1, 2)))
    assert data["@mesh_refinement"] == 5 and data["@mesh_grid"][0] >= 16
    assert len(data["/modes/weight"]) == data["@mesh_points"]
    assert data["/modes/weight"].sum() == pytest.approx(1, rel=1e-12)
