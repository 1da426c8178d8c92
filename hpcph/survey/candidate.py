"""What a survey finds among files: a crystal, or the reason why there is none."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """A crystal by its files, or files that are none.

    name : of its folder below the survey's `crystals`, unique and without characters that a shell or a browser minds;
        it does not depend on what else is found
    place : where it was found, relative to what was searched
    files : keys of the section `crystal` of an input with their values, absolute paths; empty of what is no crystal
    reason : why it is none; "" of a crystal
    cost : seconds that its run is expected to take on one core; only their ratios count
    """

    name: str
    place: str
    files: dict[str, Any]
    reason: str = ""
    cost: float = 0.0
