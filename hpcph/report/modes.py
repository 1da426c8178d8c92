"""Amplitudes of modes for the animation: U of every embedded wave vector and branch, small enough for a page."""

import numpy as np
import xarray as xr

from hpcph.phonons.eigenvectors import amplitudes
from hpcph.report import embed
from hpcph.result.crystal import CRYSTAL_MASSES, CRYSTAL_POSITIONS
from hpcph.result.modes import CIRCULAR, STORED_MODES
from hpcph.show import axis, units
from hpcph.show.mode import sources

BUDGET = 3_000_000  # bytes of amplitudes
FULL = 32767  # largest amplitude in a 16-bit number


def build(result: xr.Dataset) -> dict:
    """q (p, 3), frequency (p, n) as it is shown, l along the axis (p, n) ħ, amplitude (p, n, a, 3, 2) of 1/32767.

    The wave vectors of `orbits` come first, then those of the path: all of them, or evenly spaced ones as many as the
    budget allows; place (q,) is the embedded one nearest to every point of the path.
    """
    parts: list[dict[str, np.ndarray]] = []
    data = {"stored": 0, "embedded": 0, "place": embed.array(np.zeros(0), "i2")}
    atoms, branches = result.sizes["atom"], result.sizes["branch"]
    room = max(2, BUDGET // (branches * atoms * 3 * 2 * 2))
    for section in sources(result):
        count = len(result[STORED_MODES[section]["q"].variable])
        chosen = np.unique(np.linspace(0, count - 1, min(count, room)).round().astype(int))
        if section == "bands":
            before = len(parts[0]["q"]) if parts else 0
            nearest = np.abs(chosen[None, :] - np.arange(count)[:, None]).argmin(axis=1)
            data |= {"stored": count, "embedded": len(chosen), "place": embed.array(before + nearest, "i2")}
        parts.append(_at(result, section, chosen))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    data["amplitude"] = embed.array(joined.pop("amplitude"), "i2")
    data |= {name: embed.array(values, "f4") for name, values in joined.items()}
    scale = units.frequency(result)
    return data | {"branches": branches, "atoms": atoms, "symbol": scale.symbol, "unit": scale.unit}


def _at(result: xr.Dataset, section: str, chosen: np.ndarray) -> dict[str, np.ndarray]:
    stored = {name: quantity.variable for name, quantity in STORED_MODES[section].items()}
    known = [name for name in (*stored.values(), CIRCULAR[section].variable) if name in result]
    some = result[known].isel({"distance" if section == "bands" else "orbit": chosen})
    q, vectors = some[stored["q"]].values, some[stored["eigenvector"]].values
    positions, masses = result[CRYSTAL_POSITIONS.variable].values, result[CRYSTAL_MASSES.variable].values
    U = np.array([[amplitudes(e, at, positions, masses) for e in of_q] for of_q, at in zip(vectors, q, strict=True)])
    return {
        "q": q,
        "frequency": some[stored["frequency"]].values * units.frequency(result).shown,
        "l": axis.of_modes(some, CIRCULAR[section], STORED_MODES[section]["polarization"]),
        "amplitude": np.rint(FULL * np.stack([U.real, U.imag], axis=-1)),
    }
