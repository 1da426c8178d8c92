"""Imaginary modes are never passed over in silence: sums refuse them, bands and orbits show and name them."""

import h5py
import numpy as np
import pytest
from parallel import world

from hpcph.result.maps import imaginary

MAPS = ("mesh", "temperature", "lifetime", "gradient", "feedback", "slices", "spectrum", "optics", "modes")
PATH = {"path": [[{"M": [0.5, 0, 0]}, {"Γ": [0, 0, 0]}, {"A": [0, 0, 0.5]}]], "points": 11}


@pytest.fixture(scope="module")
def unstable(tmp_path_factory):
    """A crystal with imaginary modes."""
    return world.unstable(tmp_path_factory.mktemp("unstable"))


def shown(unstable, **changes) -> dict:
    """An input of bands and orbits alone."""
    data = world.quartz(**dict.fromkeys(MAPS, world.DROP), bands=PATH, orbits={"q": [[0, 0, 0], [0.5, 0, 0]]})
    data["crystal"] = {"force_constants": str(unstable)}
    return data | changes


def test_the_line_names_the_lowest():
    """How many points, the lowest frequency and where; rounding at Γ is none."""
    frequency = np.array([[1.0, 2], [-0.4, 3], [-0.7, -0.1], [-1e-6, 5]]) * 1e12
    q = np.array([[0, 0, 0.1], [0, 0, 0.2], [0.25, 0, -0.3], [0, 0, 0]])
    (line,) = imaginary(frequency, q, "on the path")
    assert line == (
        "imaginary modes (negative) at 2 of 4 points on the path, down to -0.7000 THz at q = (0.2500, 0.0000, -0.3000)"
    )
    assert imaginary(np.abs(frequency), q, "on the path") == []


def test_bands_and_orbits_show_them(tmp_path, unstable):
    """Without a sum a run is not refused: frequencies are stored as negative, and the log says so."""
    done = world.here("run", world.write(tmp_path, shown(unstable)), "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "out/result.h5") as file:
        for section, place in (("bands", "on the path"), ("orbits", "among the orbits")):
            frequency, q = file[f"{section}/frequency"][...], file[f"{section}/q"][...]
            assert frequency.min() < -1e11
            (line,) = imaginary(frequency, q, place)
            assert line in done.stdout
            where = ", ".join(f"{x:.4f}" for x in q[frequency.min(axis=1).argmin()])
            assert f"{frequency.min() / 1e12:.4f} THz at q = ({where})" in line
    assert "points of the supercell" in done.stdout


@pytest.mark.parametrize(
    "section",
    [
        {"slices": world.QUARTZ["slices"]},
        {"optics": world.QUARTZ["optics"]},
        {name: world.QUARTZ[name] for name in ("mesh", "temperature", "lifetime", "gradient")},
    ],
    ids=lambda section: next(iter(section)),
)
def test_sums_refuse_them(tmp_path, unstable, section):
    """One line, unless such modes are allowed; then they are named too."""
    done = world.here("check", world.write(tmp_path, shown(unstable, **section)))
    assert done.returncode == 2 and "imaginary mode at q = (" in done.stderr and done.stderr.count("\n") == 1
    if "mesh" in section:
        allowed = {"force_constants": str(unstable), "allow_unstable": True}
        data = world.write(tmp_path, shown(unstable, **section, crystal=allowed))
        done = world.here("run", data, "--output", tmp_path / "out")
        assert done.returncode == 0, done.stderr
        for place in ("of the supercell", "on the path", "among the orbits"):
            assert f"points {place}, down to -" in done.stdout


def test_a_stable_crystal_is_silent(tmp_path):
    """Not a word of imaginary modes."""
    data = shown(world.QUARTZ["crystal"]["force_constants"])
    done = world.here("run", world.write(tmp_path, data), "--output", tmp_path / "out")
    assert done.returncode == 0 and "imaginary" not in done.stdout
