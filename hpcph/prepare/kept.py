"""Crystals that were made of files before: the same bits without the files being read and settled again."""

import hashlib
from pathlib import Path

from hpcph.config.load import Source
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.lattice import Dielectric, Involution, PairTable, Structure
from hpcph.crystal.screening import Bulk, Layer
from hpcph.crystal.spacegroup import Operations
from hpcph.crystal.supercell import Report, Settled
from hpcph.disk import cache
from hpcph.disk.plain import packed, unpacked
from hpcph.prepare import crystal as fresh
from hpcph.prepare.crystal import Given
from hpcph.readers import foreign
from hpcph.readers.files import digest_of
from hpcph.result.provenance import program

KINDS = (
    Given, Crystal, Structure, Operations, Involution, Dipoles, Bulk, Layer, Dielectric, Settled, Report, PairTable,
    SumRule,
)  # fmt: skip
NAMES = ("force_constants", "structure", "force_sets", "born")  # of files: wherever they lie


def crystal(source: Source) -> Given:
    """Load the files or set up the model, as hpcph.prepare.crystal does. Raises InputError.

    What files give is kept by what they hold, what the input says of them, and the program; it has the same bits, and
    the same order in memory, whether it was.
    """
    if source.input.crystal.model is not None or source.computed is not None:
        return fresh.crystal(source)
    try:
        key = _key(source)
    except OSError:
        return fresh.crystal(source)  # which says what is wrong
    data = cache.get(key)
    if data is not None:
        return unpacked(data, KINDS)
    data = packed(fresh.crystal(source))
    cache.put(key, data)
    return unpacked(data, KINDS)


def _key(source: Source) -> str:
    """One hash of everything that decides a crystal."""
    files = [(path.name, digest_of(path)) for path in foreign.sources(fresh.files(source))]
    said = source.input.crystal.model_dump()
    said |= {name: Path(said[name]).name for name in NAMES if isinstance(said[name], str)}
    return hashlib.sha256(repr((program(), said, files)).encode()).hexdigest()
