"""Files of CASTEP taken apart into records, put together again, and spoilt on the way."""

import struct

import numpy as np
from readers import references


def apart(data: bytes) -> list[bytes]:
    """What the records hold."""
    found, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += size + 8
    return found


def together(records: list[bytes]) -> bytes:
    return b"".join(struct.pack(">i", len(one)) + one + struct.pack(">i", len(one)) for one in records)


def place(records: list[bytes], label: str, behind: int = 1) -> int:
    """Which record is behind the first of a label."""
    return [one.strip() for one in records].index(label.encode()) + behind


def numbers(records: list[bytes], label: str, kind: str = "f8", behind: int = 1) -> np.ndarray:
    return np.frombuffer(records[place(records, label, behind)], f">{kind}")


def changed(label: str, change, behind: int = 1):
    """A file whose record behind a label is another."""

    def spoil(data: bytes) -> bytes:
        records = apart(data)
        at = place(records, label, behind)
        records[at] = change(records[at])
        return together(records)

    return spoil


def without(label: str):
    """A file that lacks a label and the record behind it."""

    def spoil(data: bytes) -> bytes:
        records = apart(data)
        at = place(records, label, 0)
        return together(records[:at] + records[at + 2 :])

    return spoil


def ints(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


def reals(*values: float) -> bytes:
    return struct.pack(f">{len(values)}d", *values)


class AsCastep(references.Interpolated):
    """CASTEP's own way between the wave vectors of a supercell: what C(Γ) has for
    translations of all atoms is taken away at every q."""

    def __init__(self, found, width):
        dipoles = None if width is None else Whole(found, width, found.born_aij)
        super().__init__(found, dipoles, asr=False)
        root = references.mass_root(found)
        square, e = np.linalg.eigh(super().at(references.GAMMA).real * root)
        moved = np.linalg.norm(e.reshape(-1, 3, len(square)).sum(axis=0), axis=0)
        acoustic = np.argsort(moved)[-3:]
        self.drift = (e[:, acoustic] * square[acoustic]) @ e[:, acoustic].T / root

    def at(self, q, direction=None):
        return super().at(q, direction) - self.drift


class Whole(references.Dipoles):
    """Without what they would do to an atom when all move alike."""

    def __init__(self, found, width, born):
        super().__init__(found, width, born)
        self.alike = references.summed(super().at(references.GAMMA))

    def at(self, q, direction=None):
        return super().at(q, direction) - self.alike
