"""What a run says of the force constants it computes with: lines for the user, datasets for the file."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np

from hpcph.crystal.invariances import SumRule
from hpcph.crystal.supercell import Report
from hpcph.show.numbers import with_errors
from hpcph.result import crystal as cell
from hpcph.result.quantity import Dataset

GPA = 1e9  # Pa
SHOWN = 1e-3  # of the largest elastic constant: smaller ones are symmetry's zeros or of no interest
LARGE_CHANGE = 5e-3  # relative change of the force constants that the user is told the reason of
UNIT = {SumRule.TRANSLATIONAL: (1.0, "N m⁻¹"), SumRule.ROTATIONAL: (1.0, "N m⁻¹"), SumRule.HUANG: (GPA, "GPa")}


def lines(report: Report) -> list[str]:
    """For the log and `check`."""
    dipoles = f"dipoles summed in full with {report.reciprocal} G" if report.reciprocal else "no dipole part"
    found = [
        f"{dipoles}; {report.pairs} pairs of atoms out to {report.cutoff * 1e10:.1f} Å, "
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
        found.append(f"left out, for they would make the lattice unstable: {_names(report.left_out)}")
    if report.unmet:
        found.append(f"not met, for images leave no freedom to: {_names(report.unmet)}")
    if report.change > LARGE_CHANGE:
        found.append(f"that changed the force constants by {report.change:.1%}: a larger supercell would need less")
    found.append(f"elastic constants at E = 0 (GPa): {_constants(report)}; asymmetry {report.asymmetry / GPA:.0e}")
    return found


def datasets(report: Report) -> list[Dataset]:
    """Elastic constants with what the supercell leaves open of them."""
    errors = cell.ELASTICITY_STIFFNESS_LATTICE_ERROR.of(report.stiffness_error)
    return [cell.ELASTICITY_STIFFNESS.of(report.stiffness), errors]


def attributes(report: Report) -> dict[str, object]:
    """Of /crystal."""
    found: dict[str, object] = {
        "image_exponent": report.exponent, "image_cutoff": report.cutoff, "pairs": report.pairs,
        "reciprocal_vectors": report.reciprocal, "sum_rules": _names(report.imposed),
        "sum_rules_left_out": _names(report.left_out), "sum_rules_not_met": _names(report.unmet),
        "sum_rules_change": report.change, "frequency_change_commensurate": report.moved_at,
        "frequency_change_between": report.moved_between, "stiffness_asymmetry": report.asymmetry,
    }  # fmt: skip
    if report.sensitivity is not None:
        found["gamma_nl_sensitivity"] = report.sensitivity
    for when, violations in (("before", report.before), ("after", report.after)):
        found |= {f"{rule.value}_violation_{when}": value for rule, value in violations.items()}
    return found


def _names(rules: Iterable[SumRule]) -> str:
    return ", ".join(rule.value for rule in SumRule if rule in rules)


def _constants(report: Report) -> str:
    """Each number with its error and no digit beyond it, those that symmetry does not make zero or equal to another."""
    C, error = report.stiffness / GPA, report.stiffness_error / GPA
    words: dict[str, str] = {}
    for i, j in [*zip(range(6), range(6), strict=True), *combinations(range(6), 2)]:
        if abs(C[i, j]) > SHOWN * np.abs(C).max():
            words.setdefault(with_errors(C[i, j], error[i, j]), f"C{i + 1}{j + 1}")
    return ", ".join(f"{name} {word}" for word, name in words.items())
