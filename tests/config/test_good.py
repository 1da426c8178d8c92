"""What a good input says, its defaults and units."""

import numpy as np
import pytest

from hpcph.config.embedded import embedded
from hpcph.config.load import load
from hpcph.config.units import convert
from hpcph.prepare.job import prepare

MINIMAL = """
crystal: {force_constants: fc.yaml}
mesh: {grid: [4, 5, 6]}
temperature: 300 K
lifetime: 10 ps
gradient: 1 K/mm
"""
EVERYTHING = """
title: α-quartz
crystal:
  force_constants: data/phonopy_params.yaml.xz
  structure: POSCAR
  force_sets: FORCE_SETS
  born: BORN
  supercell: [2, 3, 4]
  calculator: qe
  nac: gonze
  sum_rules: [translational]
  primitive: [[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]
  allow_unstable: true
  symmetry_tolerance: 1e-4 Å
axis: [0, 1, 1]
mesh: {grid: [24, 24, 12], shift: [0, 0, 0.5], symmetry: false}
temperature: {from: 10 K, to: 400 K, step: 10 K}
lifetime: 10 ps
gradient: 1 K/mm
feedback:
  sample: {shape: ring, radius: [20 nm, 0.03 µm], inner_radius: 50 Å, height: 1e-6}
  coupling: antiparallel
  scale: 2.5
modes: true
magnetization: false
orbits: {q: [[0, 0, 0.091], [0.5, 0, 0]]}
spectrum: {temperature: [300 K, 100 K], points: 50}
bands: {path: [[{Γ: [0, 0, 0]}, {A: [0, 0, 0.5]}], [{M: [0.5, 0, 0]}, {Γ: [0, 0, 0]}]], points: 11}
slices: {temperature: 300 K, planes: [0, 0.5], grid: [7, 9]}
output: runs/elsewhere
"""


def read(folder, text):
    path = folder / "input.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_defaults_of_a_minimal_input(tmp_path):
    """Everything that may be left out has the documented default."""
    given = read(tmp_path, MINIMAL).input
    assert given.crystal.nac is None and given.crystal.primitive == "auto"
    assert given.crystal.sum_rules == ["translational", "rotational", "huang"]
    assert given.crystal.allow_unstable is False and given.crystal.symmetry_tolerance is None
    assert given.axis == [0, 0, 1]
    assert given.mesh.shift == "auto" and given.mesh.symmetry is True
    sections = (given.feedback, given.bands, given.orbits, given.slices, given.spectrum)
    assert all(section is None for section in sections) and given.modes is False
    assert given.magnetization == "auto"


def test_every_key_reaches_the_program(tmp_path):
    """No key of the table is swallowed."""
    given = read(tmp_path, EVERYTHING).input
    assert given.title == "α-quartz"
    c = given.crystal
    assert (c.structure, c.force_sets, c.born, c.supercell) == ("POSCAR", "FORCE_SETS", "BORN", [2, 3, 4])
    assert (c.nac, c.sum_rules, c.allow_unstable, c.primitive[1]) == ("gonze", ["translational"], True, [0, 0.5, 0.5])
    assert c.symmetry_tolerance == pytest.approx(1e-14)
    assert given.axis == [0, 1, 1]
    assert (given.mesh.grid, given.mesh.shift, given.mesh.symmetry) == ([24, 24, 12], [0, 0, 0.5], False)
    np.testing.assert_allclose(given.thermal.temperatures, np.arange(10, 401, 10), rtol=1e-14)
    f = given.feedback
    np.testing.assert_allclose(f.sample.radius, [20e-9, 30e-9], rtol=1e-14)
    assert f.sample.shape == "ring" and f.sample.inner_radius == pytest.approx(5e-9, rel=1e-14)
    assert (f.sample.height, f.coupling, f.scale, f.calibrate) == (1e-6, "antiparallel", 2.5, None)
    assert given.modes is True and given.magnetization is False
    assert given.orbits.q == [[0, 0, 0.091], [0.5, 0, 0]]
    assert given.spectrum.temperature == [300, 100] and given.spectrum.points == 50
    assert given.bands.points == 11 and given.bands.path[1][0] == {"M": [0.5, 0, 0]}
    assert (given.slices.temperature, given.slices.planes, given.slices.grid) == (300, [0, 0.5], [7, 9])
    assert given.output == "runs/elsewhere"


def test_the_axis_of_a_run_is_a_unit_vector(tmp_path):
    """Whatever the length of the axis in the input."""
    constants = embedded().parent / "quartz/phonopy_params.yaml.xz"
    text = MINIMAL.replace("fc.yaml", str(constants)) + "axis: [0, 30, -40]\n"
    assert prepare(read(tmp_path, text)).job.axis.tolist() == [0, 0.6, -0.8]


@pytest.mark.parametrize(("text", "value"), [("1%", 0.01), ("0.5 %", 0.005), ("0.02", 0.02)])
def test_an_accuracy_instead_of_a_grid(tmp_path, text, value):
    """A fraction or percent; no grid is needed then."""
    given = read(tmp_path, MINIMAL.replace("grid: [4, 5, 6]", f"accuracy: {text}")).input.mesh
    assert given.grid is None and given.refine_gamma is None
    assert given.accuracy == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("text", ["40 angstrom", "4 nm", "4e-9"])
def test_a_length_instead_of_a_grid(tmp_path, text):
    """The run has the grid of this density, and coarser ones that its error is judged by."""
    text = MINIMAL.replace("fc.yaml", str(embedded().parent / "quartz/phonopy_params.yaml.xz")).replace(
        "grid: [4, 5, 6]", f"length: {text}, refine_gamma: 1"
    )
    source = read(tmp_path, text)
    assert source.input.mesh.length == pytest.approx(4e-9, rel=1e-14)
    job = prepare(source).job
    assert [one.grid for one in job.samplings] == [(3, 3, 2), (5, 5, 4), (10, 10, 8)]
    assert job.accuracy is None and {one.refinement for one in job.samplings} == {1}


def test_defaults_of_the_sections(tmp_path):
    """Optional sections have defaults of their own."""
    text = MINIMAL + "bands: {}\nslices: {temperature: 1, planes: [0]}\nfeedback: {sample: {radius: 20 nm}}\n"
    given = read(tmp_path, text).input
    assert given.bands.path == "auto" and given.bands.points == 101
    assert given.slices.grid == [101, 101]
    f = given.feedback
    assert (f.sample.shape, f.sample.radius, f.coupling, f.scale, f.calibrate) == (
        "cylinder", [20e-9], "parallel", None, None
    )  # fmt: skip


@pytest.mark.parametrize(
    "line, key, expected",
    [
        ("lifetime: 10 ps", "lifetime", 1e-11),
        ("lifetime: 1e-3", "lifetime", 1e-3),  # a number in YAML 1.2, with or without a dot
        ("lifetime: '0.02 ns'", "lifetime", 2e-11),
        ("lifetime: 5e3 fs", "lifetime", 5e-12),
        ("gradient: 1 K/mm", "gradient", 1e3),
        ("gradient: -2.5 K/µm", "gradient", -2.5e6),
        ("gradient: 7", "gradient", 7.0),
        ("gradient: 1 mK/nm", "gradient", 1e6),
        ("gradient: 1 degC/mm", "gradient", 1e3),
        ("gradient: 9 degF/mm", "gradient", 5e3),
    ],
)
def test_units(tmp_path, line, key, expected):
    """A number alone is SI; text is converted."""
    lines = [old for old in MINIMAL.splitlines() if not old.startswith(key)]
    found = getattr(read(tmp_path, "\n".join([*lines, line])).input, key)
    assert found == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("given", ["1e8 W/m^2/K", "1e8 W/m^2/degC", "1e8 W/m^2/°C", "5.5555555555555555e7 W/m^2/degF"])
def test_a_transfer_is_per_difference_of_temperatures(given):
    """Whichever zero the scale has."""
    assert convert(given, "W/m^2/K", "1e8 W/m^2/K") == pytest.approx(1e8, rel=1e-14)


THZ = 2e12 * np.pi
LIGHT = [
    ("5 THz", 5 * THZ),
    ("3e13 rad/s", 3e13),
    ("100 cm^-1", 2.99792458 * THZ),
    ("100 1/cm", 2.99792458 * THZ),
    ("10 meV", 1.602176634e-21 / 1.054571817e-34),
    ("0.01 eV", 1.602176634e-21 / 1.054571817e-34),
    ("50 µm", 5.9958491600 * THZ),
    ("50 μm", 5.9958491600 * THZ),
    ("50000 nm", 5.9958491600 * THZ),
]


@pytest.mark.parametrize(("text", "omega"), LIGHT)
def test_light_is_named_by_frequency_wave_number_energy_or_wavelength(tmp_path, text, omega):
    """ω of all of them, as ends of the interval and of pairs; a wavelength may fall while the frequency rises."""
    optics = f"optics: {{frequency: {{from: {text}, to: 1 mm, points: 2}}, lifetime: 1 ps, pairs: [{text}]}}\n"
    given = read(tmp_path, MINIMAL + optics).input.optics
    np.testing.assert_allclose(given.frequency.omega(), [0.299792458 * THZ, omega], rtol=1e-9)
    assert given.pairs == pytest.approx([omega], rel=1e-9)


@pytest.mark.parametrize(
    "given, expected",
    [
        ("300 K", [300]),
        ("300", [300]),
        ("[300 K, 100, 300000 mK]", [100, 300]),
        ("{from: 10 K, to: 10 K, step: 1 K}", [10]),
        ("{from: 10, to: 12, step: 0.1}", 10 + 0.1 * np.arange(21)),
        ("{from: 10, to: 25, step: 10}", [10, 20]),
        ("{from: 20 degC, to: 400 degC, step: 20 degC}", 293.15 + 20 * np.arange(20)),
        ("{from: 20 °C, to: 40 °C, step: 10 K}", [293.15, 303.15, 313.15]),
        ("{from: 32 degF, to: 212 degF, step: 18 degF}", 273.15 + 10 * np.arange(11)),
        ("{from: 10 K, to: 12 K, step: 500 mK}", 10 + 0.5 * np.arange(5)),
    ],
)
def test_temperatures_ascend_and_end_where_they_should(tmp_path, given, expected):
    """One, a list or a range with both ends; sorted, every one once."""
    found = read(tmp_path, MINIMAL.replace("temperature: 300 K", f"temperature: {given}")).input.thermal.temperatures
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_no_is_a_word(tmp_path):
    """`no` is text: YAML 1.1's hidden booleans are not."""
    assert read(tmp_path, "title: no\n" + MINIMAL).input.title == "no"


def test_variables_are_expanded_and_paths_follow_the_input(tmp_path, monkeypatch):
    """${VAR} is replaced; other paths are relative to the folder of the input, not to the current one."""
    monkeypatch.setenv("HPCPH_TEST_FOLDER", str(tmp_path / "data"))
    source = read(tmp_path, MINIMAL.replace("fc.yaml", '"${HPCPH_TEST_FOLDER}/fc.yaml"'))
    assert source.resolve(source.input.crystal.force_constants) == (tmp_path / "data/fc.yaml").resolve()
    source = read(tmp_path, MINIMAL)
    monkeypatch.chdir("/")
    assert source.resolve(source.input.crystal.force_constants) == (tmp_path / "fc.yaml").resolve()


def test_the_digest_is_of_the_meaning(tmp_path):
    """Comments, order, spelling of units and the output folder change nothing; any value does."""
    first = read(tmp_path, MINIMAL).digest
    lines = MINIMAL.strip().splitlines()
    same = "# a comment\n" + "\n".join(reversed(lines)).replace("1 K/mm", "1000 K/m") + "\noutput: x\n"
    assert read(tmp_path, same).digest == first
    assert read(tmp_path, MINIMAL.replace("10 ps", "11 ps")).digest != first
    assert read(tmp_path, MINIMAL + "modes: true\n").digest != first


def test_the_input_cannot_be_changed(tmp_path):
    """Validated settings are frozen."""
    given = read(tmp_path, MINIMAL).input
    with pytest.raises(ValueError, match="frozen"):
        given.gradient = 2.0
