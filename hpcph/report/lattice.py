"""What a run says of the force constants that it computed with."""

import xarray as xr

from hpcph.constants import angstrom
from hpcph.report.embed import number
from hpcph.report.summary import Facts

VIOLATIONS = {"translational": ("N m-1", 1.0), "rotational": ("N m-1", 1.0), "huang": ("GPa", 1e-9)}
THZ, GPA = 1e12, 1e9


def facts(result: xr.Dataset) -> Facts:
    """Images, dipoles, sum rules and what they changed; sizes have two digits."""
    given = result.attrs
    reciprocal = int(given["reciprocal_vectors"])
    found: Facts = [
        ("pairs of atoms", f"{int(given['pairs'])}, out to {given['image_cutoff'] / angstrom:.1f} Å"),
        ("sharing among images", f"prior with exponent {given['image_exponent']:g}"),
        ("dipoles", f"summed in full with {reciprocal} reciprocal vectors" if reciprocal else "none"),
        ("sum rules", _named(given["sum_rules"]) or "none"),
    ]
    for name, text in {
        "sum_rules_left_out": "left out: they would make the lattice unstable",
        "sum_rules_not_met": "not met: images leave no freedom to",
    }.items():
        if given[name]:
            found.append((text, _named(given[name])))
    found.append(("change of the force constants", f"{100 * given['sum_rules_change']:.2g} %"))
    for rule, (unit, factor) in VIOLATIONS.items():
        before, after = (_size(factor * given[f"{rule}_violation_{when}"], unit) for when in ("before", "after"))
        found.append((f"{_named(rule)} invariance violated by", f"{before} before, {after} now"))
    return [
        *found,
        (
            "frequencies move, where the supercell knows them",
            _size(given["frequency_change_commensurate"] / THZ, "THz"),
        ),
        ("frequencies move, in between", _size(given["frequency_change_between"] / THZ, "THz")),
        ("asymmetry of the elastic constants", _size(given["stiffness_asymmetry"] / GPA, "GPa")),
    ]


def _named(rules: str) -> str:
    """Names as they are written in text."""
    return str(rules).replace("huang", "Huang")


def _size(value: float, unit: str) -> str:
    return number(float(f"{value:.2g}"), of=unit)
