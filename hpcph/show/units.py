"""Units in which a result is shown: ν in THz and lengths in Å; for models ω and no lengths."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from ase import Atoms

from hpcph.constants import angstrom
from hpcph.crystal.chain import Units
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.result.light import MODEL
from hpcph.result.modes import BANDS_FREQUENCY, ORBITS_FREQUENCY
from hpcph.show.atoms import number, radius


@dataclass(frozen=True)
class Frequency:
    """How a stored frequency is shown: `shown` times it, in `unit`; `hertz` times it is ν in Hz."""

    shown: float
    hertz: float
    symbol: str
    unit: str

    @property
    def label(self) -> str:
        return f"{self.symbol} ({self.unit or 'model units'})"

    def text(self, stored: float, digits: int = 4) -> str:
        """Such as ν = 3.14 THz, or ω = 1.47."""
        return f"{self.symbol} = {self.shown * stored:.{digits}g} {self.unit}".strip()


FREQUENCIES = {
    "Hz": Frequency(1e-12, 1.0, "ν", "THz"),
    "rad s-1": Frequency(1e-12 / (2 * np.pi), 1 / (2 * np.pi), "ν", "THz"),
    MODEL: Frequency(1.0, Units().frequency / (2 * np.pi), "ω", ""),
}
CARRIERS = (BANDS_FREQUENCY.variable, ORBITS_FREQUENCY.variable, "frequency")


def frequency(result: xr.Dataset, name: str = "") -> Frequency:
    """Of a variable, or of whatever frequency the result has."""
    found = [n for n in (name, *CARRIERS) if n in result]
    return FREQUENCIES[result[found[0]].attrs["units"] if found else "Hz"]


def is_model(result: xr.Dataset) -> bool:
    """Whether a result is in the units of a model."""
    return frequency(result).unit == ""


def lifetime(result: xr.Dataset, name: str = "") -> str:
    """What ends the lives of phonons, such as `relaxation time 10 ps, boundary 1e+03 nm`."""
    given = result.attrs
    found = [f"linewidths {given['linewidths']}"] if "linewidths" in given else []
    if "lifetime" in given:
        found.append(f"{name} {float(given['lifetime']) * 1e12:g} ps".lstrip())
    if "boundary" in given:
        found.append(f"boundary {float(given['boundary']) * 1e9:g} nm")
    return ", ".join(found)


def length(result: xr.Dataset) -> float:
    """What is drawn as 1 Å, in m: models have no size of their own, their shortest bond becomes one of its species."""
    if not is_model(result):
        return angstrom
    symbols = [str(symbol) for symbol in result[CRYSTAL_SYMBOLS.variable].values]
    lattice, positions = result[CRYSTAL_LATTICE.variable].values / angstrom, result[CRYSTAL_POSITIONS.variable].values
    cell = Atoms([number(s) for s in symbols], scaled_positions=positions, cell=lattice, pbc=True)
    near = cell.repeat((2, 2, 2)).get_all_distances(mic=True)
    shortest = near[near > 1e-6].min() * angstrom
    return shortest / (2 * np.mean([radius(symbol) for symbol in symbols]))
