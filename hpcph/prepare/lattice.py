"""What a run says of the force constants it computes with."""

from itertools import combinations

import numpy as np

from hpcph.crystal import elasticity
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.supercell import Report
from hpcph.errors import counted
from hpcph.result.crystal import names
from hpcph.show.numbers import with_errors

GPA = 1e9  # Pa
SHOWN = 1e-3  # of the largest elastic constant: smaller ones are symmetry's zeros or of no interest
LARGE_CHANGE = 5e-3  # relative change of the force constants that the user is told the reason of
UNIT = {SumRule.TRANSLATIONAL: (1.0, "N m⁻¹"), SumRule.ROTATIONAL: (1.0, "N m⁻¹"), SumRule.HUANG: (GPA, "GPa")}


def lines(report: Report, height: float | None = None) -> list[str]:
    """For the log and `check`; height : of the cell of a layer, m, whose elastic constants are per area."""
    whose = "dipoles summed in full" if height is None else "dipoles of a layer summed"
    dipoles = f"{whose} with {report.reciprocal} G" if report.reciprocal else "no dipole part"
    found = [
        f"{dipoles}; {counted(report.pairs, 'pairs')} of atoms out to {report.cutoff * 1e10:.1f} Å, "
        f"shared among images with exponent {report.exponent:g}"
    ]
    for rule, (unit, name) in UNIT.items():
        before, after = report.before[rule] / unit, report.after[rule] / unit
        found.append(f"{rule.value} invariance violated by {before:.1e}, now {after:.1e} {name}")
    found.append(
        f"sharing and sum rules move frequencies by up to {report.moved_at / 1e12:.1e} THz where the supercell knows "
        f"them, {report.moved_between / 1e12:.2g} THz in between"
    )
    if report.left_out:
        found.append(f"left out, for they would make the lattice unstable: {names(report.left_out)}")
    if report.unmet:
        found.append(f"not met, for images leave no freedom to: {names(report.unmet)}")
    if report.change > LARGE_CHANGE:
        found.append(f"that changed the force constants by {report.change:.1%}: a larger supercell would need less")
    unit, name = (GPA, "GPa") if height is None else (1 / height, "N m⁻¹")
    C, error = report.stiffness / unit, report.stiffness_error / unit
    found.append(
        f"elastic constants at E = 0 ({name}): {_constants(C, error)}; asymmetry {report.asymmetry / unit:.0e}"
    )
    least, open_ = elasticity.softest(C, 6 if height is None else 3), float(np.linalg.norm(error))
    unstable = ", the crystal is unstable to it" * (least < 0)
    found.append(f"softest strain: {with_errors(least, open_)} {name}{unstable}")
    return found


def _constants(C: np.ndarray, error: np.ndarray) -> str:
    """Each number with its error and no digit beyond it, those that symmetry does not make zero or equal to another."""
    words: dict[str, str] = {}
    for i, j in [*zip(range(6), range(6), strict=True), *combinations(range(6), 2)]:
        if abs(C[i, j]) > SHOWN * np.abs(C).max():
            size, signed = (with_errors(value, error[i, j]) for value in (abs(C[i, j]), C[i, j]))
            words.setdefault(size, f"C{i + 1}{j + 1} {signed}")
    return ", ".join(words.values())
