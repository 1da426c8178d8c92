"""Programs whose files have rates of modes: which key of `lifetime` names them and who reads them, a row each."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from hpcph.crystal.lattice import Structure
from hpcph.readers import alamode_rates, phono3py, shengbte_rates, tdep_rates
from hpcph.readers.mesh_rates import MeshRates


@dataclass(frozen=True)
class RateFiles:
    """Files of one program.

    program : its key in `lifetime`
    opened : what paths hold for a crystal, under the key that names them; whatever is wrong is InputError
    sources : every file whose content counts where a path is named
    """

    program: str
    opened: Callable[[str, Sequence[Path], Structure], AbstractContextManager[MeshRates]]
    sources: Callable[[Path], list[Path]] = lambda path: [path]


PROGRAMS = {
    one.program: one
    for one in (
        RateFiles("phono3py", phono3py.linewidths),
        RateFiles("shengbte", shengbte_rates.linewidths, shengbte_rates.sources),
        RateFiles("alamode", alamode_rates.linewidths),
        RateFiles("tdep", tdep_rates.linewidths),
    )
}
