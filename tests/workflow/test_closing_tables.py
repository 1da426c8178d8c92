"""What rank 0 says in the end: every number with its errors, none with digits beyond them, zero where it is exact."""

from decimal import Decimal

import numpy as np
import pytest
from rich.console import Console
from show.test_digits import read

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
from hpcph.workflow import closing, closing_tables

AXIS, TAU = np.array([0.0, 0.0, 1.0]), 1e-11
ALONE = np.eye(3)[None]  # a crystal without symmetry
S = np.sqrt(0.75)
WURTZITE = np.array([  # generators of 6mm and what they make: turns by 60° about z, mirrors that hold it
    np.linalg.matrix_power([[0.5, -S, 0], [S, 0.5, 0], [0, 0, 1.0]], n) @ np.diag([m, 1.0, 1.0])
    for n in range(6) for m in (1.0, -1.0)
])  # fmt: skip
DRIVE = 1e3 * TAU * AXIS
THIRD = np.array([[-0.5, -S, 0], [S, -0.5, 0], [0, 0, 1]])
QUARTZ = np.array([np.linalg.matrix_power(THIRD, n) @ np.diag([1.0, m, m]) for n in range(3) for m in (1, -1)])  # 32


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
    table.caption = None
    with console.capture() as capture:
        console.print(table)
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in capture.get().splitlines()]


def tables(thermal, spread, scale: float, group=ALONE):
    """Both closing tables of a cylinder of 20 nm."""
    body = samples("cylinder", np.array([20e-9]), cylinder([20e-9]), 2500.0, AXIS)
    coupled = feedback(thermal, body, thermal[GAMMA_NL] @ DRIVE, AXIS, Coupling.PARALLEL, scale)
    doubt = {k: convergence.feedback_uncertainty(e, thermal, body, AXIS, DRIVE, coupled) for k, e in spread.items()}
    found = magnetization.magnetization(thermal, DRIVE, coupled, body)
    beside = {
        kind: magnetization.uncertainty(e, thermal, DRIVE, coupled, doubt[kind], body) for kind, e in spread.items()
    }
    first = closing_tables.responses(thermal, spread, TAU, group, AXIS, coupled, doubt, body)
    second = closing_tables.magnetization(thermal.temperature, found, beside, group, AXIS, scale, body)
    return rows(first), rows(second), coupled


def test_numbers_of_the_response_have_both_errors(thermal):
    """Every one; of η they are η² times those of γ^LL, r_c goes like its root."""
    (header, _, row), _, coupled = tables(thermal, spread(thermal), 8e5)
    assert "γ^NL (mesh)(lattice) (J s m⁻² K⁻¹)" in header
    assert row[1] == "-2.19(7)(1)e-17"
    gamma, eta = coupled.gamma_total[1, 0], coupled.amplification[1, 0]
    assert row[2] == f"{gamma:.3f}({30 * gamma:.0f})({4 * gamma:.0f})" and 0.5 < gamma < 0.7
    assert row[5] == f"{eta:.2f}({100 * eta**2 * 0.03 * gamma:.0f})({100 * eta**2 * 0.004 * gamma:.0f})"
    radius = coupled.critical_radius[1] * 1e9
    assert row[6] == f"{radius:.1f}({10 * radius * 0.015:.0f})(0)" and header[6] == "r_c (mesh)(lattice) (nm)"
    assert row[7] == f"{gamma / 8e5:.1e}".replace("e", "(2)(0)e")


def test_magnetization_has_errors_with_feedback_and_without(thermal):
    """Those of the gradient alone are those of γ^N; near the threshold those with feedback are larger."""
    _, (header, _, row), _ = tables(thermal, spread(thermal), 8e5)
    assert header[1] == "M (mesh)(lattice) (A m⁻¹), no feedback" and "at 20 nm, scaled" in header[3]
    assert row[1] == "-8.8(3)(0)e-09" and row[2] == "-1.10(3)(0)e-14"
    value, (mesh,), _ = read(row[3])
    plain, (open_, _), _ = read(row[1])
    assert mesh / abs(value) > Decimal("1.5") * open_ / abs(plain)


def test_what_is_unknown_is_not_said(thermal):
    """Without coarser meshes the error of the lattice stands alone, and the number keeps few digits."""
    unknown = spread(thermal, np.nan)
    (header, _, row), (header_m, *_), _ = tables(thermal, unknown, 8e5)
    assert header[1] == "γ^NL (lattice) (J s m⁻² K⁻¹)" and row[1] == "-2.191(9)e-17"
    assert header_m[1] == "M (lattice) (A m⁻¹), no feedback"
    (header, _, row), _, _ = tables(thermal, {"error": errors(thermal, np.nan)}, 8e5)
    assert header[1] == "γ^NL (J s m⁻² K⁻¹)" and row[1] == "-2.1914e-17"


def test_components_that_symmetry_leaves_have_names(thermal):
    """6mm has none along c: γ^NL_xy stands there, never the rounding of γ^NL_zz; the gradient magnetizes nothing."""
    flow = -1.1e-35 / TAU * np.ones((2, 3, 3))
    flow[:, 0, 1], flow[:, 1, 0] = -1.2e-17 / TAU, 1.2e-17 / TAU
    wurtzite = thermal.with_({(GAMMA_NL, FLOW): flow, (GAMMA_N, FLOW): 4e5 * flow})
    (header, _, row), (header_m, *_, row_m), _ = tables(wurtzite, spread(wurtzite), 8e5, WURTZITE)
    assert header[1] == "γ^NL_xy = −γ^NL_yx (mesh) (J s m⁻² K⁻¹)" and row[1] == "-1.20(4)e-17"
    assert header_m[1:] == ["M (A m⁻¹), no feedback", "M (A m⁻¹), at 20 nm, scaled"]
    assert row_m[1:] == ["0 (symmetry)", "0 (symmetry)"]
    inversion = np.concatenate([WURTZITE, -WURTZITE])
    (header, _, row), *_ = tables(wurtzite, spread(wurtzite), 8e5, inversion)
    assert header[1] == "γ^NL (J s m⁻² K⁻¹)" and row[1] == "0 (symmetry)"
    assert not closing.helicity(wurtzite, spread(wurtzite), 1e-28, WURTZITE)


def test_independent_components_have_a_line(thermal):
    """Of 32 γ^NL has two, of which the table shows one; of 6mm it has one."""
    unit = closing_tables.FLOW_UNITS[0]
    (line,) = closing.components(thermal, spread(thermal), GAMMA_NL, TAU, QUARTZ, AXIS, unit)
    words = "γ^NL_xx = γ^NL_yy = 0, γ^NL_zz = -2.19(7)(1)e-17"
    assert line == f"independent components at 300 K, J s m⁻² K⁻¹ (mesh)(lattice): {words}"
    assert not closing.components(thermal, spread(thermal), GAMMA_NL, TAU, WURTZITE, AXIS, unit)


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
        closing.vibration(thermal, feedback(thermal, body, None, AXIS, sign, scale), {}, clouds, loose)
        for sign, scale in ((Coupling.PARALLEL, 1.0), (Coupling.PARALLEL, 1e6), (Coupling.ANTIPARALLEL, 1.0))
    )
    radius = np.sqrt(2 * 3.73307e-19 / 2500) * 1e9
    assert plain == (
        "atoms vibrate across the axis by √⟨u_⊥²⟩ = 0.01400(3) nm at 300 K; "
        f"r_c is {radius:.6f} nm, of a cylinder at most √2 times as much"
    )
    assert scaled == f"{plain}; with the feedback scale {1000 * radius:.3f} nm"
    assert screened == plain.partition(";")[0]


def test_eta_off_the_axes_of_gamma_has_a_line(thermal):
    """Where a body turns about others as well: η, what it is not, the length and the eigenvalue; nowhere else."""
    mixed = thermal.with_({(CHI, DIAGONAL): thermal[CHI] * 0.5 + 0.2 * np.abs(thermal[CHI]).max() * np.ones((3, 3))})
    ball = samples("sphere", [20e-9], sphere([20e-9]), 2500.0, AXIS)
    coupled = feedback(mixed, ball, None, AXIS, Coupling.PARALLEL, 2e5)
    assert not coupled.amplified.kept.any() and coupled.supercritical == 0
    (line,) = (line for line in closing.remarks(mixed, coupled, {}, None, {}) if "does not keep" in line)
    eta, largest = coupled.amplification[1, 0], coupled.largest[1, 0]
    assert f"at 300 K {eta:.4f}, not {1 / (1 - coupled.gamma_total[1, 0]):.4f}; |⟨L⟩|" in line
    assert (
        line.endswith(f"largest eigenvalue of Γ {largest:.5f}")
        and abs(eta * (1 - coupled.gamma_total[1, 0]) - 1) > 1e-3
    )
    held = samples("cylinder", [20e-9], cylinder([20e-9]), 2500.0, AXIS)
    straight = feedback(mixed, held, None, AXIS, Coupling.PARALLEL, 2e5)
    assert not any("does not keep" in line for line in closing.remarks(mixed, straight, {}, None, {}))


def test_the_line_on_conduction(thermal):
    """κ with its errors; interband parts in a line of their own, with their share."""
    line, every = closing.conduction(thermal, spread(thermal), 1.0, QUARTZ, AXIS)
    assert line == "κ along the axis at 300 K: 45.0(14)(2) W m⁻¹ K⁻¹ (mesh)(lattice)"
    assert every.endswith("W m⁻¹ K⁻¹ (mesh)(lattice): κ_xx = κ_yy = 0, κ_zz = 45.0(14)(2)")
    between = thermal.with_(
        {
            (GAMMA_NL_INTERBAND, INTERBAND): only_zz([1e-19, 2e-19]),
            (KAPPA_INTERBAND, INTERBAND): only_zz([0.1, 0.23456]),
        }
    )
    heat, _, parts = closing.conduction(between, spread(between), 0.5, QUARTZ, AXIS)
    assert heat.startswith("κ along the axis at 300 K: 22.5(7)(1) W")
    assert parts.startswith("interband parts along the axis at 300 K, not included: κ 0.235(7)(1) W m⁻¹ K⁻¹")
    assert "0.01 of it; γ^NL 2.00(6)(1)e-19" in parts and parts.endswith("J s m⁻² K⁻¹, 1.8e-13 of it")
    assert "(lattice)" in closing.conduction(thermal, spread(thermal, np.nan), 1.0, QUARTZ, AXIS)[0]
    bare, _ = closing.conduction(thermal, {"error": errors(thermal, np.nan)}, 1.0, QUARTZ, AXIS)
    assert bare == "κ along the axis at 300 K: 45.048 W m⁻¹ K⁻¹"


def test_the_line_on_the_boltzmann_equation(thermal):
    """Errors are those of relaxation time, in the same ratio; γ^NL is the largest component."""
    solved = thermal.with_({(GAMMA_NL, FLOW): 1.5 * thermal[GAMMA_NL], (KAPPA, HEAT): 1.2 * thermal[KAPPA]})
    line = closing.beyond_relaxation_time(solved, thermal, spread(thermal), AXIS)
    assert "κ 54.1(16)(2) instead of 45.0(14)(2)," in line
    assert line.endswith("largest γ^NL -3.29(10)(1)e-06 instead of -2.19(7)(1)e-06")


def test_the_table_says_what_its_parentheses_are(thermal):
    """Where there are some."""
    known, unknown = spread(thermal), {"error": errors(thermal, np.nan)}
    said = [closing_tables.responses(thermal, of, TAU, ALONE, AXIS, None, {}, None).caption for of in (known, unknown)]
    assert said == [closing_tables.CAPTION, None]


def test_all_tables_show_the_same_temperatures(thermal):
    """Of 50 temperatures nine, the first and the last among them, in the table of L and in that of M."""
    many = np.linspace(100.0, 300.0, 50)
    parts = {part: np.linspace(*values[[0, -1]], 50) for part, values in thermal.parts.items()}
    more = ThermalResponse(parts, many)
    (_, *first), (_, *second), _ = tables(more, spread(more), 1.0)
    shown = [row[0] for row in first]
    assert shown == [row[0] for row in second]
    assert len(shown) == 9 and shown[0] == "100" and shown[-1] == "300"
