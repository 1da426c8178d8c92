"""The prefix of a unit, such as n in nA/m, that fits some numbers."""

import numpy as np

PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M"}
PREFIXED = ("T", "A m-1", "A")  # units of which people write such parts


def prefix(values: np.ndarray, unit: str) -> tuple[int, str]:
    """A power of ten and its letter, which the largest value asks for; 0 and "" for units that nobody writes so."""
    largest = np.abs(values).max(initial=0)
    if unit not in PREFIXED or not largest:
        return 0, ""
    power = int(np.clip(3 * np.floor(np.log10(largest) / 3), min(PREFIXES), max(PREFIXES)))
    return power, PREFIXES[power]
