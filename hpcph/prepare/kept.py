"""What was made of files before: the same bits without the files being read, settled and judged again."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

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
from hpcph.parallel.kernels import own
from hpcph.prepare import crystal as fresh
from hpcph.prepare import sensitivity
from hpcph.prepare.crystal import Given
from hpcph.readers import foreign
from hpcph.readers.files import LARGEST, digest_of
from hpcph.result.provenance import program
from hpcph.workflow.job import Job

KINDS = (
    Given, Crystal, Structure, Operations, Involution, Dipoles, Bulk, Layer, Dielectric, Settled, Report, PairTable,
    SumRule,
)  # fmt: skip
NAMES = ("force_constants", "structure", "force_sets", "born")  # of files: wherever they lie


def key(source: Source) -> str:
    """One hash of everything that decides a crystal; "" where nothing of it is kept, and nothing is read for it.

    That is what files hold, what the input says of them, the program, and the kernels that compute it.
    """
    if source.input.crystal.model is not None or source.computed is not None or cache.folder() is None:
        return ""
    try:
        paths = foreign.sources(fresh.files(source))
        if any(path.stat().st_size > LARGEST for path in paths):
            return ""
        files = [(path.name, digest_of(path)) for path in paths]
    except OSError:
        return ""  # who reads it says what is wrong
    said = source.input.crystal.model_dump()
    said |= {name: Path(said[name]).name for name in NAMES if isinstance(said[name], str)}
    return _hash(program(), str(own()), said, files)


def crystal(source: Source, key: str) -> Given:
    """Load the files or set up the model, as hpcph.prepare.crystal does. Raises InputError.

    What has a key is kept: it has the same bits, and the same order in memory, whether it was.
    """
    return _kept(key, "crystal", lambda: fresh.crystal(source))


def of_flow(job: Job, key: str) -> float | None:
    """hpcph.prepare.sensitivity's, kept in the same way: it knows nothing of the job but the crystal and the others."""
    if not job.others:
        return None
    return _kept(key, "sensitivity of the flow", lambda: sensitivity.of_flow(job))


def _kept(key: str, what: str, make: Callable[[], Any]) -> Any:
    if not key:
        return make()
    entry = _hash(key, what)
    data = cache.get(entry)
    if data is not None:
        with suppress(ValueError):  # whole, but not of this program's making
            return unpacked(data, KINDS)
    data = packed(make())
    cache.put(entry, data)
    return unpacked(data, KINDS)


def _hash(*of: Any) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()
