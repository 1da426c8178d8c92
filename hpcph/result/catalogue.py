"""All quantities of a result, by the section of the file that lacks something without them."""

from types import ModuleType

from hpcph.result import acoustics, crystal, light, modes, sample, tensors, thermal
from hpcph.result.quantity import Quantity


def quantities() -> list[Quantity]:
    """Every dataset that a result may hold, errors included."""
    plain = [quantity for module in (crystal, acoustics, thermal, modes, sample, light) for quantity in _of(module)]
    every = list(dict.fromkeys(plain + tensors.quantities()))
    return every + [error for quantity in every for error in quantity.beside()]


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
