"""Rows of crystals that were never run."""

import numpy as np

from hpcph.survey import row
from hpcph.survey.columns import OF_CRYSTAL, TAKEN, names
from hpcph.survey.row import Row
from hpcph.survey.table import ColumnKind

KELVIN = [100.0, 300.0]


def made(seed: int) -> Row:
    """A row with everything in it, some of it unknown."""
    random = np.random.default_rng(seed)
    values = {}
    for taken in (*OF_CRYSTAL, *TAKEN):
        for name in names(taken.column):
            number = float(random.normal() * 10.0 ** random.integers(-30, 12))
            kinds = {
                ColumnKind.TEXT: random.choice(["", "xx = −yy, zz", 'a "b", c', "Γ–A"]).item(),
                ColumnKind.FLAG: bool(random.integers(2)),
                ColumnKind.COUNT: int(random.integers(231)),
                ColumnKind.NUMBER: None if random.random() < 0.1 else number,
            }
            values[name] = kinds[taken.column.kind]
    values["temperature"] = 300.0
    about = {"name": f"crystal-{seed:05d}", "place": f"a/{seed}", "status": row.DONE, "reason": "", "ranks": 2}
    about |= {"stability": "stable", "seconds": 1.5, "program": "1", "sha256": "ab", "fingerprint": "cd"}
    tensors = {
        f"{name}{kind}": (1e-20 * random.normal(size=(2, 3, 3))).tolist() for name in row.TENSORS for kind in row.KINDS
    }
    return Row(f"{seed}", about, values, list(KELVIN), tensors)


def lost(name: str, reason: str = "was not\n there") -> Row:
    """The row of a crystal that failed."""
    return row.failed("f", {"name": name, "place": name, "seconds": 0.5, "ranks": 1}, reason, None, unstable=True)


ROWS = [*(made(seed) for seed in range(6)), lost("bad", "first\nsecond")]
