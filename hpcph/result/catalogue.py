"""All quantities of a result, by the section of the file that lacks something without them."""

from types import ModuleType

from hpcph.result import acoustics, crystal, field, light, modes, sample, tensors, thermal
from hpcph.result.quantity import ERRORS, Quantity


def quantities() -> list[Quantity]:
    """Every dataset that a result may hold, errors included."""
    modules = (crystal, acoustics, thermal, modes, sample, light, field)
    plain = [quantity for module in modules for quantity in _of(module)]
    every = list(dict.fromkeys(plain + tensors.quantities()))
    every += [quantity.per_area() for quantity in every if quantity.density]
    return every + [error for quantity in every for error in quantity.beside()]


def densities() -> dict[str, Quantity]:
    """What stands per area of a layer beside each density and its errors, by the path of those."""
    rows = [quantity for quantity in quantities() if quantity.density]
    found = {row.path: row.per_area() for row in rows}
    return found | {row.error(kind).path: row.per_area().error(kind) for row in rows if row.errors for kind in ERRORS}


def _of(module: ModuleType) -> list[Quantity]:
    """Those of a module, alone or in dictionaries."""
    found: list[Quantity] = []
    for value in vars(module).values():
        members = value.values() if isinstance(value, dict) else [value]
        found += [member for member in members if isinstance(member, Quantity)]
    return found


def sections() -> dict[str, list[Quantity]]:
    """By section."""
    found: dict[str, list[Quantity]] = {}
    for quantity in quantities():
        found.setdefault(quantity.group, []).append(quantity)
    return found
