"""What rank 0 says in the end: every number with its errors, none with digits beyond them, zero where it is exact."""

import numpy as np
import pytest
from rich.console import Console

from hpcph.response import convergence, magnetization
from hpcph.response.displacement import Bound
from hpcph.response.feedback import Coupling, feedback
from hpcph.response.sample import cylinder, samples, sphere
from hpcph.response.tensors import (
    CHI,
    CHI_N,
    DIAGONAL,
    FLOW,
    GAMMA_N,
    GAMMA_NL,
    GAMMA_NL_INTERBAND,
    HEAT,
    INTERBAND,
    KAPPA,
    KAPPA_INTERBAND,
    OFF_DIAGONAL,
)
from hpcph.response.thermal import ThermalResponse
from hpcph.workflow import closing

AXIS, TAU = np.array([0.0, 0.0, 1.0]), 1e-11
DRIVE = 1e3 * TAU * AXIS


def only_zz(values) -> np.ndarray:
    tensor = np.zeros((len(values), 3, 3))
    tensor[:, 2, 2] = values
    return tensor


def response(flow, chi) -> ThermalResponse:
    """Two temperatures, quartz in size; its moments follow its angular momentum."""
    flow, chi = only_zz(np.array(flow) / TAU), only_zz(chi)
    parts = {
        (GAMMA_NL, FLOW): flow, (CHI, DIAGONAL): 0.1 * chi, (CHI, OFF_DIAGONAL): 0.9 * chi,
        (GAMMA_N, FLOW): 4e5 * flow, (CHI_N, DIAGONAL): -1e6 * 0.1 * chi, (CHI_N, OFF_DIAGONAL): -1e6 * 0.9 * chi,
        (KAPPA, HEAT): only_zz([100.0, 45.04784818]),
    }  # fmt: skip
    return ThermalResponse(parts, np.array([100.0, 300.0]))


def errors(thermal: ThermalResponse, share: float) -> convergence.Uncertainty:
    return convergence.Uncertainty({part: share * np.abs(values) for part, values in thermal.parts.items()})


@pytest.fixture
def thermal() -> ThermalResponse:
    return response([-1.23456e-17, -2.19144e-17], [1.2345e-19, 3.73307e-19])


def spread(thermal, mesh: float = 0.03, lattice: float = 0.004) -> dict[str, convergence.Uncertainty]:
    return {"error": errors(thermal, mesh), "lattice_error": errors(thermal, lattice)}


def rows(table) -> list[list[str]]:
    """Header and rows, cells apart."""
    console = Console(width=300, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in capture.get().splitlines()]


def tables(thermal, spread, scale: float):
    """Both closing tables of a cylinder of 20 nm."""
    body = samples("cylinder", np.array([20e-9]), cylinder([20e-9]), 2500.0, AXIS)
    coupled = feedback(thermal, body, thermal[GAMMA_NL] @ DRIVE, AXIS, Coupling.PARALLEL, scale)
    doubt = {k: convergence.feedback_uncertainty(e, thermal, body, AXIS, DRIVE, coupled) for k, e in spread.items()}
    found = magnetization.magnetization(thermal, DRIVE, coupled, body)
    beside = {
        kind: magnetization.uncertainty(e, thermal, DRIVE, coupled, doubt[kind], body) for kind, e in spread.items()
    }
    first = closing.closing_table(thermal, spread, TAU, AXIS, coupled, doubt, body)
    second = closing.closing_table_of_magnetization(thermal.temperature, found, beside, AXIS, scale, body)
    return rows(first), rows(second), coupled


def test_numbers_of_the_response_have_both_errors(thermal):
    """γ^NL and γ^LL ± mesh ± lattice; η, r_c and what is unscaled without the digits that the larger one takes."""
    (header, _, row), _, coupled = tables(thermal, spread(thermal), 8e5)
    assert "γ^NL ± mesh ± lattice (J s m⁻² K⁻¹)" in header
    assert row[1] == "-2.19e-17 ± 7e-19 ± 9e-20"
    gamma = coupled.gamma_total[1, 0]
    assert row[2] == f"{gamma:.3f} ± {0.03 * gamma:.3f} ± {0.004 * gamma:.3f}" and 0.5 < gamma < 0.7
    assert row[5] == f"{coupled.amplification[1, 0]:.2f}"  # δη = η² 0.018 = 0.11
    assert row[6] == f"{coupled.critical_radius[1] * 1e9:.1f}"
    assert row[7] == f"{gamma / 8e5:.1e}"


def test_magnetization_has_errors_with_feedback_and_without(thermal):
    """Those of the gradient alone are those of γ^N; near the threshold those with feedback are larger."""
    _, (header, _, row), _ = tables(thermal, spread(thermal), 8e5)
    assert header[1] == "M ± mesh ± lattice (A m⁻¹), no feedback" and "at 20 nm, scaled" in header[3]
    assert row[1] == "-8.8e-09 ± 3e-10 ± 4e-11"
    assert row[2] == "-1.10e-14"
    value, mesh, lattice = (float(text) for text in row[3].split(" ± "))
    plain, open_, _ = (float(text) for text in row[1].split(" ± "))
    assert mesh / abs(value) > 1.5 * open_ / abs(plain) and lattice < mesh


def test_what_is_unknown_is_not_said(thermal):
    """Without coarser meshes the error of the lattice stands alone, and the number keeps few digits."""
    unknown = spread(thermal, np.nan)
    (header, _, row), (header_m, *_), _ = tables(thermal, unknown, 8e5)
    assert header[1] == "γ^NL ± lattice (J s m⁻² K⁻¹)" and row[1] == "-2.191e-17 ± 9e-20"
    assert header_m[1] == "M ± lattice (A m⁻¹), no feedback"
    (header, _, row), _, _ = tables(thermal, {"error": errors(thermal, np.nan)}, 8e5)
    assert header[1] == "γ^NL (J s m⁻² K⁻¹)" and row[1] == "-2.1914e-17"


def test_zeros_of_symmetry_are_zero(thermal):
    """Not 0 ± 0, and no remains of rounding."""
    none = response([0.0, 0.0], [1.2345e-19, 3.73307e-19])
    (_, _, row), (_, _, row_m), _ = tables(none, spread(none), 8e5)
    assert row[1] == "0" and row_m[1:] == ["0", "0", "0", "0"]


def test_supercritical_samples_say_so(thermal):
    """In both tables."""
    (_, _, row), (_, _, row_m), _ = tables(thermal, spread(thermal), 3e6)
    assert "supercritical" in row and "supercritical" in row_m


def test_the_critical_radius_stands_beside_the_vibration_of_the_atoms(thermal):
    """Without the scale and with it; the errors are those of the amplitude; nothing of r_c where feedback screens."""
    body = samples("cylinder", [20e-9], cylinder([20e-9]), 2500.0, AXIS)
    clouds = Bound(np.zeros((2, 3, 3)), np.array([1e-11, 1.4e-11]))
    loose = {"error": Bound(np.zeros((2, 3, 3)), np.array([1e-14, 3e-14]))}
    plain, scaled, screened = (
        closing.vibration(thermal, feedback(thermal, body, None, AXIS, sign, scale), clouds, loose)
        for sign, scale in ((Coupling.PARALLEL, 1.0), (Coupling.PARALLEL, 1e6), (Coupling.ANTIPARALLEL, 1.0))
    )
    radius = np.sqrt(2 * 3.73307e-19 / 2500) * 1e9
    assert plain == (
        "atoms vibrate across the axis by √⟨u_⊥²⟩ = 0.01400 ± 0.00003 nm at 300 K; "
        f"r_c is {radius:.4g} nm, of a cylinder at most √2 times as much"
    )
    assert scaled == f"{plain}; with the feedback scale {1000 * radius:.4g} nm"
    assert screened == plain.partition(";")[0]


def test_eta_off_the_axes_of_gamma_has_a_line(thermal):
    """Where a body turns about others as well: η, what it is not, the length and the eigenvalue; nowhere else."""
    mixed = thermal.with_({(CHI, DIAGONAL): thermal[CHI] * 0.5 + 0.2 * np.abs(thermal[CHI]).max() * np.ones((3, 3))})
    ball = samples("sphere", [20e-9], sphere([20e-9]), 2500.0, AXIS)
    coupled = feedback(mixed, ball, None, AXIS, Coupling.PARALLEL, 2e5)
    assert not coupled.amplified.kept.any() and coupled.supercritical == 0
    (line,) = (line for line in closing.remarks(mixed, coupled, None, {}) if "does not keep" in line)
    eta, largest = coupled.amplification[1, 0], coupled.largest[1, 0]
    assert f"at 300 K {eta:.4g}, not {1 / (1 - coupled.gamma_total[1, 0]):.4g}; |⟨L⟩|" in line
    assert (
        line.endswith(f"largest eigenvalue of Γ {largest:.4g}")
        and abs(eta * (1 - coupled.gamma_total[1, 0]) - 1) > 1e-3
    )
    held = samples("cylinder", [20e-9], cylinder([20e-9]), 2500.0, AXIS)
    straight = feedback(mixed, held, None, AXIS, Coupling.PARALLEL, 2e5)
    assert not any("does not keep" in line for line in closing.remarks(mixed, straight, None, {}))


def test_the_line_on_conduction(thermal):
    """κ with its errors; interband parts in a line of their own, with their share."""
    (line,) = closing.conduction(thermal, spread(thermal), 1.0, AXIS)
    assert line == "κ along the axis at 300 K: 45.0 ± 1.4 ± 0.18 W m⁻¹ K⁻¹ (± mesh ± lattice)"
    between = thermal.with_(
        {
            (GAMMA_NL_INTERBAND, INTERBAND): only_zz([1e-19, 2e-19]),
            (KAPPA_INTERBAND, INTERBAND): only_zz([0.1, 0.23456]),
        }
    )
    heat, parts = closing.conduction(between, spread(between), 0.5, AXIS)
    assert heat.startswith("κ along the axis at 300 K: 22.5 ± 0.7 ± 0.09 W")
    assert parts.startswith("interband parts along the axis at 300 K, not included: κ 0.235 ± 0.007 ± 0.0009 W m⁻¹ K⁻¹")
    assert "0.01 of it; γ^NL 2.00e-19 ±" in parts and parts.endswith("J s m⁻² K⁻¹, 1.8e-13 of it")
    assert "(± lattice)" in closing.conduction(thermal, spread(thermal, np.nan), 1.0, AXIS)[0]
    (bare,) = closing.conduction(thermal, {"error": errors(thermal, np.nan)}, 1.0, AXIS)
    assert bare == "κ along the axis at 300 K: 45.048 W m⁻¹ K⁻¹"


def test_the_line_on_the_boltzmann_equation(thermal):
    """Errors are those of relaxation time, in the same ratio; γ^NL is the largest component."""
    solved = thermal.with_({(GAMMA_NL, FLOW): 1.5 * thermal[GAMMA_NL], (KAPPA, HEAT): 1.2 * thermal[KAPPA]})
    line = closing.beyond_relaxation_time(solved, thermal, spread(thermal), AXIS)
    assert "κ 54.1 ± 1.6 ± 0.2 instead of 45.0," in line
    assert line.endswith("largest γ^NL -3.29e-06 ± 1.0e-07 ± 1.3e-08 instead of -2.19e-06")
