"""Born charges of all atoms in a file of their own, as of ALAMODE and TDEP: three rows of ε, then three an atom."""

import numpy as np

from hpcph.errors import counted
from hpcph.readers import cells
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines


def in_rows(content: Content, atoms: int) -> tuple[np.ndarray, np.ndarray]:
    """Born charges (a, 3, 3) in e, rows of the field, and ε (3, 3). Raises InputError."""
    lines = Lines(content)
    epsilon = np.array([lines.begins(3, "a row of ε") for _ in range(3)])
    rows = [[lines.begins(3, f"a row of the Born charges of atom {a + 1}") for _ in range(3)] for a in range(atoms)]
    if lines.coming():
        lines.past_blank()
        raise lines.refuse(f"nothing behind the Born charges of {counted(atoms, 'atoms')}")
    found = cells.charges({"born": np.array(rows), "dielectric": epsilon}, content)
    return found["born"], found["dielectric"]
