"""What a sample may be asked for: weak light, baths that differ, odd grids, long wires, flat discs, a stop."""

import h5py
import numpy as np
import pytest
from heat.samples import CYLINDER, SMALL
from parallel import world

from hpcph.errors import Stopped
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.workflow.driver import run
from hpcph.workflow.progress import Reporter

pytestmark = pytest.mark.petsc
LITTLE = SMALL | {"mesh__grid": [2, 2, 2]}
BATH = {"temperature": "290 K"}
EVEN = CYLINDER | {"side": BATH | {"transfer": 1e7}}


def heated(folder, sample: dict, **changes) -> h5py.File:
    folder.mkdir(exist_ok=True)
    with world.communicator() as comm:
        path = world.compute(comm, folder, world.quartz(**LITTLE | changes, sample={"threshold": False} | sample)).path
    return h5py.File(path, "r")


def with_power(sample: dict, power: float) -> dict:
    return sample | {"laser": sample["laser"] | {"power": power}}


def test_only_what_light_changes_is_a_torque(tmp_path, capfd):
    """Baths that differ drive angular momentum without light: that is no torque, which vanishes with the power."""
    torque, pam = {}, {}
    for power in (1e-9, 1e-8, 1e-18):
        with heated(tmp_path / f"{power}", with_power(CYLINDER, power)) as file:
            torque[power], pam[power] = file["/sample/torque"][2], file["/sample/pam"][2]
    for power in (1e-9, 1e-8):
        assert torque[power] == pytest.approx(np.pi * 1000 * (pam[power] - pam[1e-18]), rel=1e-6)
    assert torque[1e-8] == pytest.approx(10 * torque[1e-9], rel=1e-3)
    assert abs(torque[1e-9]) < 3e-3 * np.pi * 1000 * abs(pam[1e-9])
    with heated(tmp_path / "even", EVEN) as file:
        np.testing.assert_allclose(file["/sample/torque"][...], np.pi * 1000 * file["/sample/pam"][...], rtol=1e-14)
    assert "heat crosses it" not in capfd.readouterr().out
    with heated(tmp_path / "fast", EVEN | {"modulation": "1 THz"}):
        assert "heat crosses it at about" in capfd.readouterr().out


def test_light_weaker_than_rounding(tmp_path):
    """The residual cannot be 1e-9 of a power that is 1e-14 of what baths exchange; the temperature is right."""
    warm = CYLINDER | {"bottom": {"temperature": "350 K"}}
    found = {}
    for power in (1e-18, 1e-12):
        with heated(tmp_path / f"{power}", with_power(warm, power)) as file:
            found[power] = file["/sample/temperature_field"][...]
    np.testing.assert_allclose(found[1e-18], found[1e-12], rtol=1e-7)
    assert found[1e-18].max() == 350


GRIDS = {"odd": ([25, 75], {}), "flat cells": ([40, 6], {"laser": {"power": "20 uW", "spot": "12 nm"}}),
         "a wire": ([8, 64], {"radius": "5 nm", "height": "1 um", "side": "insulated",
                              "laser": {"power": "1e-10 W", "spot": "uniform"}})}  # fmt: skip


@pytest.mark.parametrize("case", GRIDS)
def test_grids_of_any_number_of_cells(tmp_path, case):
    """Balance and few iterations."""
    cells, changes = GRIDS[case]
    with heated(tmp_path, EVEN | changes | {"cells": cells}) as file:
        about = file["/sample"].attrs
        assert about["power_leaving"] == pytest.approx(about["power"], rel=1e-8)
        assert about["residual"] < 1e-9


def test_a_flat_disc_loses_its_solution_about_another_axis(tmp_path, capfd):
    """γ^LL is below 1, the largest eigenvalue of Γ is not; both are in the file and in the log."""
    disc = EVEN | {"height": "5 nm", "cells": [8, 4], "laser": {"power": "1 nW", "spot": "12 nm"}}
    with heated(tmp_path, disc, feedback={"sample": {"radius": "20 nm"}, "scale": 9e5}) as file:
        assert file["/sample/gamma_ll"][()] < 0.9 and file["/sample/eigenvalue"][()] > 1
        assert np.isnan(file["/sample/amplification"][()])
    assert "supercritical about another axis" in capfd.readouterr().out


@pytest.mark.mpi
def test_a_stop_between_two_steps_keeps_the_sums(monkeypatch):
    """One rank is asked while the temperature is sought; later the stages are not computed again, the bits are those
    of a run that nobody stopped."""
    data, stop, said = world.quartz(**LITTLE, sample=CYLINDER | {"cells": [8, 24]}), Stop(), []
    speak = Reporter.say

    def hear(reporter, line):
        said.append(line)
        stop.requested = stop.requested or (asking and "step 2" in line and comm.root)
        speak(reporter, line)

    monkeypatch.setattr(Reporter, "say", hear)
    with world.communicator() as comm, world.shared_folder(comm) as folder:
        outcomes = {}
        for name, asking in (("whole", False), ("out", True), ("out", False)):
            prepare, stop = read(comm, lambda: world.write(folder, data)), Stop()
            try:
                outcomes[name] = run(comm, prepare, folder / name, stop)
            except Stopped as err:
                assert asking and "heating the sample" in str(err)
                said.clear()
            else:
                assert not asking
        assert outcomes["out"].sha256 == outcomes["whole"].sha256
        if comm.root:
            assert any("goes on" in line for line in said)
