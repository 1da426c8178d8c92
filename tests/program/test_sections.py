"""What sections and keys of the input change in a run, on one rank and under mpirun."""

import numpy as np
import phonopy
import pytest
from parallel import world
from program.small import SMALL, computed

from hpcph.errors import InputError

pytestmark = pytest.mark.mpi


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


def test_sections_that_are_not_asked_for_are_not_there(comm, folder):
    """No empty groups; χ is there without the feedback section, scale 1; Born charges without the magnetization."""
    found = computed(comm, folder, **SMALL, magnetization=False)
    groups = {name.split("/")[1] for name in found if name[0] == "/" and name.count("/") > 1}
    assert groups == {"crystal", "elasticity", "thermal", "helicity", "feedback", "rotation", "convergence"}
    assert "/crystal/born_charges" in found and "/rotation/magnetization" not in found
    assert "/feedback/radius" not in found
    assert found["@feedback_scale"] == 1


def test_a_mesh_of_one_point(comm, folder):
    """1×1×1 is a mesh: one point with weight 1, on any number of ranks."""
    found = computed(comm, folder, **{**SMALL, "modes": True}, mesh__grid=[1, 1, 1])
    assert found["/modes/weight"].tolist() == [1.0]
    assert np.isfinite(found["/thermal/gamma_nl"]).all()


def test_meshes_follow_each_other_until_the_accuracy_is_met(comm, folder):
    """The error that the file states is below the wanted one, at every temperature; its modes are of the last mesh."""
    data = computed(comm, folder, mesh={"accuracy": "40%"}, bands=world.DROP, slices=world.DROP)
    chi = data["/feedback/susceptibility/diagonal"] + data["/feedback/susceptibility/off_diagonal"]
    error = data["/feedback/susceptibility/diagonal_error"] + data["/feedback/susceptibility/off_diagonal_error"]
    flow, flow_error = data["/thermal/gamma_nl"], data["/thermal/gamma_nl_error"]
    for value, spread in ((chi, error), (flow, flow_error)):
        assert np.all(np.linalg.norm(spread, axis=(1, 2)) <= 0.4 * np.linalg.norm(value, axis=(1, 2)))
    assert data["@mesh_refinement"] == 5
    a, _, c = data["@mesh_grid"]
    assert c > a >= 16, "no probes were asked, which want more divisions along the screw axis"
    assert len(data["/modes/weight"]) == data["@mesh_points"]
    assert data["/modes/weight"].sum() == pytest.approx(1, rel=1e-12)


def test_magnetization_changes_nothing_else(comm, folder, result):
    """Every dataset of a run without it, tables of modes included, is that of the run with it."""
    found = computed(comm, folder, magnetization=False)
    if result[1] is not None:
        names = [name for name in found if name[0] == "/"]
        assert {"/modes/flow", "/feedback/gamma_ll/total", "/rotation/pam_density"} <= set(names)
        for name in names:
            if found[name].dtype.kind == "f":
                largest = np.nanmax(np.abs(found[name]))
                # what nearly equal numbers differ by has fewer digits than they
                same = 1e-9 if name.endswith("_lattice_error") else 1e-12
                np.testing.assert_allclose(found[name], result[1][name], rtol=same, atol=same * largest, err_msg=name)


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
