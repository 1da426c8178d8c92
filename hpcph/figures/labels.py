"""Symbols and units of quantities in mathematical type."""

import re

from hpcph.result.quantity import Quantity


def symbol(quantity: Quantity, index: str = "") -> str:
    r"""Such as \gamma^\mathrm{NL}, with an index \ell_{z}: what stands between dollars."""
    base, _, part = quantity.symbol.partition("^")
    above = f"^{{{part}}}" if part.startswith("(") else rf"^\mathrm{{{part}}}" if part else ""
    return base + above + (f"_{{{index}}}" if index else "")


def unit(text: str) -> str:
    """`J s m-1 V-2` with its exponents set high."""
    return re.sub(r"(?<=[A-Za-z])(-?\d+)", r"$^{\1}$", text)


def label(quantity: Quantity, text: str = "") -> str:
    """A text, or else the symbol, with the unit, such as stand at an axis."""
    shown = text or f"${symbol(quantity)}$"
    return shown if quantity.unit == "1" else f"{shown} ({unit(quantity.unit)})"
