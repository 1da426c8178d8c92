"""What was made of files before: the same bits without the files being read, settled and judged again."""

import errno
import hashlib
import os
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


def crystal(source: Source) -> Given:
    """Load the files or set up the model, as hpcph.prepare.crystal does. Raises InputError.

    What files give is kept by what they hold, what the input says of them, the program, and the kernels that computed
    it; it has the same bits, and the same order in memory, whether it was.
    """
    return _kept(source, "crystal", lambda: fresh.crystal(source))


def of_flow(source: Source, job: Job) -> float | None:
    """hpcph.prepare.sensitivity's, kept in the same way: it knows nothing of the job but the crystal and the others."""
    if not job.others:
        return None
    return _kept(source, "sensitivity of the flow", lambda: sensitivity.of_flow(job))


def _kept(source: Source, what: str, make: Callable[[], Any]) -> Any:
    if source.input.crystal.model is not None or source.computed is not None:
        return make()
    try:
        key = _key(source, what)
    except OSError:
        return make()  # which says what is wrong
    data = cache.get(key)
    if data is not None:
        with suppress(ValueError):  # whole, but not of this program's making
            return unpacked(data, KINDS)
    data = packed(make())
    cache.put(key, data)
    return unpacked(data, KINDS)


def _key(source: Source, what: str) -> str:
    """One hash of everything that decides a crystal, and what is wanted of it. Raises OSError."""
    paths = foreign.sources(fresh.files(source))
    if any(path.stat().st_size > LARGEST for path in paths):
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    files = [(path.name, digest_of(path)) for path in paths]
    said = source.input.crystal.model_dump()
    said |= {name: Path(said[name]).name for name in NAMES if isinstance(said[name], str)}
    return hashlib.sha256(repr((what, program(), str(own()), said, files)).encode()).hexdigest()
