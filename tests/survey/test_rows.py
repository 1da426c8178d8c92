"""What rows say of first-principles crystals: symmetry, signs, and the numbers of their results."""

import shutil

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from physics import case
from survey import real

from hpcph.constants import nuclear_magneton
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.result.light import OBSERVABLES, OPTICS_FREQUENCY
from hpcph.result.maps import first_largest, largest_moment
from hpcph.survey import row
from hpcph.survey.columns import OF_CRYSTAL, TAKEN, names

NINE = [f"{i}{j}" for i in "xyz" for j in "xyz"]
PSEUDO = ["gamma_nl_axis", *(f"gamma_nl_{c}" for c in NINE), "magnetization_axis", "helicity"]  # change their sign
KINDS = ("", "_error", "_lattice_error")
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of the crystals of a survey."""
    return real.survey(tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def values(folders):
    """What results say of the crystals."""
    return {name: real.row_of(folder).values for name, folder in folders.items()}


def gamma(values, kind: str = "") -> np.ndarray:
    return np.array([values[f"gamma_nl_{c}{kind}"] for c in NINE]).reshape(3, 3)


def test_a_crystal_and_its_mirror_image(values):
    """γ^NL, γ^N and the helicity of left and right quartz are opposite, every other number is the same."""
    left, right = values[real.LEFT], values[real.RIGHT]
    assert (left["mirror_image"], right["mirror_image"]) == ("P3_121 (152)", "P3_221 (154)")
    assert (left["mirror_image_number"], right["mirror_image_number"]) == (152, 154)
    assert (left["space_group_number"], right["space_group_number"]) == (154, 152)
    own = ("space_group", "space_group_number", "mirror_image", "mirror_image_number")
    assert left.keys() == right.keys()
    for name in left.keys() - set(own):
        sign = -1 if name in PSEUDO else 1
        if isinstance(left[name], float):
            near = 1e-6 if name == "sensitivity" or "error" in name else 1e-9
            assert sign * left[name] == pytest.approx(right[name], rel=near), name
        else:
            assert left[name] == right[name], name
    assert abs(right["gamma_nl_axis"]) > 0 and abs(right["helicity"]) > 0 and abs(right["magnetization_axis"]) > 0
    assert right["sohncke"] and not right["polar"] and right["crystal_system"] == "trigonal"
    assert right["independent"] == 2 and right["components"] == "xx = yy, zz"


def test_inversion_forbids(values):
    """Of stishovite γ^NL, γ^N, helicity, l of its modes and its currents under light are 0, exactly and nowhere."""
    found = values[real.INVERSION]
    for name in [*PSEUDO, "gamma_nl", "gamma_nl_per_conductivity", "magnetization"]:
        assert [found[f"{name}{kind}"] for kind in KINDS] == [0.0, 0.0, 0.0], name
    assert found["independent"] == 0 and found["components"] == "none" and not found["sohncke"]
    for name in ("polarization", "peltier_peak", "orbital_current_peak", "carried_current_peak"):
        assert found[name] == 0 and found[f"{name}_frequency"] is None, name
    assert found["polarization_q"] == found["polarization_place"] == found["peltier_peak_component"] == ""
    for name in ("conductivity", "susceptibility", "pam_peak", "moment"):
        assert found[name] > 0
    assert found["mirror_image"] == "" and found["mirror_image_number"] == 0


def test_wurtzite_has_an_antisymmetric_tensor_alone(values):
    """Of ZnO (6mm) γ_xy = −γ_yx is all that there is: nothing along the axis, and the largest answer is that number."""
    found = values[real.POLAR]
    one = found["gamma_nl_xy"]
    assert one != 0 and np.allclose(gamma(found), [[0, one, 0], [-one, 0, 0], [0, 0, 0]], rtol=1e-12, atol=0)
    assert found["gamma_nl"] == pytest.approx(abs(one), rel=1e-12) and found["gamma_nl_axis"] == 0
    for kind in KINDS[1:]:
        assert np.array_equal(gamma(found, kind) > 0, np.abs(gamma(found)) > 0)
    assert found["polar"] and not found["sohncke"] and found["components"] == "xy = −yx"
    assert found["helicity"] == found["helicity_error"] == 0
    assert found["orbital_current_peak"] > 0 == found["carried_current_peak"]  # l_z v of its modes at Γ


def test_the_cubic_crystal(values):
    """P2_13 has one number in γ^NL, κ and χ; without Born charges nothing is said of light, moments and γ^N."""
    found = values[real.CUBIC]
    assert found["components"] == "xx = yy = zz" and found["independent"] == 1
    assert np.array_equal(gamma(found), found["gamma_nl_xx"] * np.eye(3))
    for name in ("conductivity", "susceptibility"):
        assert found[f"{name}_axis"] == pytest.approx(found[name], rel=1e-12)
    missing = ["magnetization", "moment", "moment_branch", *(f"{name}_peak" for name in OBSERVABLES)]
    assert all(found[name] is None for name in missing) and not found["born_charges"]
    assert found["moment_q"] == found["pam_peak_component"] == ""


def test_what_is_left_out_is_told(folders):
    """Its row is partial and says which sections are left out, and why; the others are done."""
    about = {name: real.row_of(folder).about for name, folder in folders.items()}
    assert {name: one["status"] for name, one in about.items()} == dict.fromkeys(folders, "done") | {
        real.CUBIC: "partial"
    }
    assert {part.split(":")[0] for part in about[real.CUBIC]["reason"].split("; ")} == {
        "without optics",
        "without magnetization",
    }


@pytest.mark.parametrize("name", real.CRYSTALS)
def test_numbers_are_those_of_the_result(folders, values, name):
    """At the temperature nearest to 300 K, tensors with their errors, here by xarray; r_c and κ/3 and what follows."""
    with real.opened(folders[name]) as result:
        at = result.sel(temperature=290.0)
        axis = np.array(result.attrs["axis"], float)
        for column, variable in (("gamma_nl", "thermal_gamma_nl"), ("conductivity", "thermal_conductivity")):
            for kind in KINDS:
                tensor = at[f"{variable}{kind}"].values
                n = np.abs(axis) if kind else axis
                assert values[name][f"{column}_axis{kind}"] == pytest.approx(n @ tensor @ n, rel=1e-12, abs=0)
        kappa, largest = (at[f"thermal_{one}"].values for one in ("conductivity", "gamma_nl"))
        assert values[name]["conductivity"] == pytest.approx(np.trace(kappa) / 3)
        assert values[name]["gamma_nl"] == pytest.approx(np.linalg.norm(largest, 2), rel=1e-12, abs=0)
        ratio = np.linalg.norm(largest, 2) / (np.trace(kappa) / 3)
        assert values[name]["gamma_nl_per_conductivity"] == pytest.approx(ratio, rel=1e-12, abs=0)
        chi = at["rotation_pam_density"].values
        assert values[name]["susceptibility"] == pytest.approx(np.trace(chi) / 3)
        assert values[name]["critical_radius"] == pytest.approx(float(at["feedback_critical_radius"]), rel=1e-12)
        assert values[name]["temperature"] == 290.0
        kelvin, tensors = real.row_of(folders[name]).temperature, real.row_of(folders[name]).tensors
        assert kelvin == [100.0, 290.0]
        assert np.array_equal(tensors["gamma_nl"], result["thermal_gamma_nl"].values)


@pytest.mark.parametrize("name", [real.RIGHT, real.POLAR, real.INVERSION])
def test_the_largest_moment_is_the_one_that_a_run_says(folders, values, name):
    """The mode of the row has that moment in the result, and it is what the run prints."""
    found = values[name]
    with real.opened(folders[name]) as result:
        q = np.array([float(x) for x in found["moment_q"].strip("()").split(",")])
        (points,) = np.nonzero(np.abs(result["bands_q"].values - q).max(axis=1) < 1e-3)
        branch = int(found["moment_branch"]) - 1
        size = np.maximum(
            np.linalg.norm(result["bands_moment"].values, axis=-1), np.abs(result["bands_moment_circular"].values)
        )
        assert found["moment"] == size.max()
        assert found["moment"] == pytest.approx(size[points, branch].max(), rel=ROUNDING)
        assert found["moment_frequency"] in result["bands_frequency"].values[points, branch]
    line = largest_moment(folders[name] / "result.h5")
    assert f"path: {found['moment'] / nuclear_magneton:.3g} μ_N" in line
    assert f"{found['moment_frequency'] / 1e12:.3g} THz" in line


@pytest.mark.parametrize("name", [real.RIGHT, real.POLAR, real.INVERSION])
@pytest.mark.parametrize("observable", OBSERVABLES)
def test_light_does_what_the_group_allows(folders, values, name, observable):
    """Components that the group forbids are rounding in the result, and the peak is the largest of the others."""
    found = values[name]
    with real.opened(folders[name]) as result:
        tensor = np.abs(result[f"optics_{observable}"].values)
        frequency = result[OPTICS_FREQUENCY.variable].values / (2 * np.pi)
    peak = found[f"{observable}_peak"]
    if peak == 0:
        scale = {"peltier": 1e-8, "orbital_current": 1e-22, "carried_current": 1e-22}[observable]
        assert tensor.max() < ROUNDING * scale
        return
    assert peak == pytest.approx(tensor.max(), rel=ROUNDING)
    component = ["xyz".index(c) for c in found[f"{observable}_peak_component"].replace(";", "")]
    at = np.argmin(np.abs(frequency - found[f"{observable}_peak_frequency"]))
    assert tensor[(at, *component)] == peak


@pytest.mark.parametrize("name", real.CRYSTALS)
def test_moduli_are_means_over_directions(folders, values, name):
    """Voigt's moduli are the invariants C_iijj/9 and (3 C_ijij − C_iijj)/30, and errors bound them from above."""
    with real.opened(folders[name]) as result:
        voigt, open_ = (result[f"elasticity_stiffness{kind}"].values for kind in ("", "_lattice_error"))
        velocity = result["elasticity_velocity"].values
    place = {pair: v for v, (i, j) in enumerate(SYMMETRIC) for pair in ((i, j), (j, i))}
    C = np.array([[[[voigt[place[i, j], place[k, l]] for l in range(3)] for k in range(3)] for j in range(3)]
                  for i in range(3)])  # fmt: skip
    found = values[name]
    bulk, shear = np.einsum("iijj", C) / 9, (3 * np.einsum("ijij", C) - np.einsum("iijj", C)) / 30
    assert found["bulk_modulus"] == pytest.approx(bulk, rel=1e-12)
    assert found["shear_modulus"] == pytest.approx(shear, rel=1e-12)
    assert found["bulk_modulus_error"] == 0 < found["bulk_modulus_lattice_error"] <= open_.max()
    assert 0 < found["softest_strain"] < found["bulk_modulus"] * 3
    assert (found["slowest_sound"], found["fastest_sound"]) == (velocity.min(), velocity.max())


def test_every_column_has_its_values(values):
    """Rows have what columns promise, errors beside those that have them, and nothing else."""
    promised = {name for taken in (*OF_CRYSTAL, *TAKEN) for name in names(taken.column)}
    assert all(set(found) == promised for found in values.values())


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_of_equal_numbers_the_first_is_the_largest(sizes, seed):
    """Rounding does not decide which of equal numbers it is."""
    exact = np.array(sizes)
    noisy = exact * (1 + 1e-12 * np.random.default_rng(seed).uniform(-1, 1, len(sizes)))
    (found,) = first_largest(noisy)
    assert exact[found] >= exact.max() * (1 - 2e-9)
    assert not (exact[:found] == exact.max()).any()


def test_nobody_says_stable_who_has_not_looked(folders, tmp_path):
    """Without a path and without a mesh nothing is known of imaginary modes; with either, the crystal is stable."""
    folder = folders[real.RIGHT]
    held = shutil.copy(folder / "result.h5", tmp_path)
    structure = case(real.RIGHT).structure
    about = {"name": "a", "place": "a", "seconds": 1.0, "ranks": 1}
    assert row.of("f", about, held, structure, "").about["stability"] == "stable"
    with h5py.File(held, "r+") as file:
        del file["bands"], file["provenance"].attrs["unstable_modes_left_out"]
    assert row.of("f", about, held, structure, "").about["stability"] == ""
