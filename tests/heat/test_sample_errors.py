"""Errors of a heated sample: what it does when the responses of the run are changed by theirs, solved once more."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from heat.samples import CUBOID, CYLINDER, SMALL
from parallel import world

from hpcph.config.load import load
from hpcph.heat import doubt
from hpcph.heat.material import material
from hpcph.heat.sample import heat
from hpcph.parallel.listener import Listener
from hpcph.prepare.job import prepare
from hpcph.prepare.sample import setup
from hpcph.response.convergence import Uncertainty
from hpcph.response.feedback import Coupling
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, FLOW, GAMMA_N, GAMMA_NL, HEAT, KAPPA, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse
from hpcph.result.sample import results as sample_results

SMALL_ERROR = 1e-3
T = np.linspace(100, 3000, 59)
SILENT = Listener(lambda _: None, lambda: False)
NAMES = [GAMMA_NL, (CHI, DIAGONAL), (CHI, OFF_DIAGONAL), KAPPA, GAMMA_N, CHI_N]


def growing(power: float, size: float) -> np.ndarray:
    """Tensors of a crystal that is uniaxial about z."""
    return size * np.diag([0.7, 0.7, 1.0]) * ((T / 300) ** power)[:, None, None]


def response() -> ThermalResponse:
    """Quartz in size, its γ^NL and χ rising with the temperature, κ falling."""
    parts = {
        (GAMMA_NL, FLOW): growing(0.3, -2e-6), (CHI, DIAGONAL): growing(0.9, 4e-20),
        (CHI, OFF_DIAGONAL): growing(1.1, 3.3e-19), (KAPPA, HEAT): growing(-1, 4.5e12),
        (GAMMA_N, FLOW): growing(0.4, 2e1), (CHI_N, DIAGONAL): growing(0.9, -3e-14),
        (CHI_N, OFF_DIAGONAL): growing(1.1, -3e-13),
    }  # fmt: skip
    return ThermalResponse(parts, T)


def changed(thermal: ThermalResponse, name, share: float) -> ThermalResponse:
    """One of its tensors, or one channel, a little larger."""
    parts = [name] if isinstance(name, tuple) else [(name, channel) for channel in name.channels]
    return thermal.with_({part: (1 + share) * thermal[part] for part in parts})


def error_of(thermal: ThermalResponse, name) -> Uncertainty:
    """That change as an error, no other."""
    other = changed(thermal, name, SMALL_ERROR)
    return Uncertainty({part: np.abs(other[part] - thermal[part]) for part in thermal.parts})


@pytest.fixture(scope="module", params=["cylinder", "cuboid"])
def body(request, tmp_path_factory):
    """Set-up of a sample about z, and the scale with which its γ^LL is 0.6."""
    sample = {"cylinder": CYLINDER, "cuboid": CUBOID}[request.param] | {"threshold": True}
    given = load(world.write(tmp_path_factory.mktemp("doubt"), world.quartz(**SMALL, sample=sample)))
    found = setup(given.input, prepare(given).job.crystal.structure)
    weak = solved((replace(found, threshold=False), 1.0), response())
    return found, 0.6 / weak.response.gamma_total[0, 0]


def solved(body, thermal: ThermalResponse):
    sample, scale = body
    with world.communicator() as comm:
        return heat(comm, sample, material(sample, thermal, 1e-12, Coupling.PARALLEL, scale), SILENT).totals


def values(body, totals) -> dict[str, float]:
    """By the names of the file, components along the axis."""
    found = {spec.name.rpartition("/")[2]: spec.value for spec in sample_results(body[0], totals, {})}
    return {name: float(np.ravel(value)[-1]) for name, value in found.items()} | {"hottest": totals.hottest}


@pytest.mark.parametrize("name", NAMES)
def test_changes_are_within_the_errors(body, name):
    """Of every number; those that have one cause to a tenth, and no error is far too large."""
    thermal = response()
    totals = solved(body, thermal)
    found = doubt.errors(body[0], totals, thermal, error_of(thermal, name))
    before, after = values(body, totals), values(body, solved(body, changed(thermal, name, SMALL_ERROR)))
    assert np.isfinite(before["threshold_power"]) and before["amplification"] > 1.1
    for quantity, error in found.items():
        change, bound = abs(after[quantity] - before[quantity]), float(np.ravel(error)[-1])
        assert change <= 1.35 * bound + 3e-6 * abs(before[quantity]), quantity
        assert bound <= 6 * change + 3e-6 * abs(before[quantity]), quantity
    exact = {
        GAMMA_NL: ("pam_without_feedback", "pam", "rotation"),
        (CHI, DIAGONAL): ("gamma_ll", "gamma_ll_diagonal", "amplification"),
        (CHI, OFF_DIAGONAL): ("gamma_ll", "gamma_ll_off_diagonal", "eigenvalue", "critical_radius"),
        GAMMA_N: ("moment_without_feedback",),
    }
    for quantity in exact.get(name, ()):
        expected = abs(after[quantity] - before[quantity])
        assert float(np.ravel(found[quantity])[-1]) == pytest.approx(expected, rel=0.1), quantity


def test_a_table_of_conductivity_has_no_error(body):
    """What the user gives is taken as it is; unknown errors stay unknown; zeros have none."""
    thermal = response()
    totals = solved(body, thermal)
    given = replace(body[0], conductivity=material(body[0], thermal, 1e-12, Coupling.PARALLEL, 1.0).conductivity)
    found = doubt.errors(given, totals, thermal, error_of(thermal, KAPPA))
    assert not any(np.nan_to_num(error).any() for error in found.values())
    unknown = error_of(thermal, (CHI, DIAGONAL)).with_({(GAMMA_NL, FLOW): np.full((len(T), 3, 3), np.nan)})
    found = doubt.errors(body[0], totals, thermal, unknown)
    assert np.isnan(found["pam"]).all() and np.isfinite(found["gamma_ll"])


def test_the_file_and_the_lines_have_them(tmp_path):
    """…_error and …_lattice_error beside the numbers of /sample; the closing lines show no digit beyond."""
    done = world.result(tmp_path, world.quartz(**SMALL, sample=CYLINDER))
    with h5py.File(done) as file:
        group = file["/sample"]
        for name in ("gamma_ll", "amplification", "critical_radius", "pam", "rotation", "torque", "moment"):
            for kind in ("error", "lattice_error"):
                beside = group[f"{name}_{kind}"]
                assert beside.shape == group[name].shape and beside.attrs["unit"] == group[name].attrs["unit"]
        assert group.attrs["hottest_lattice_error"] > 0
