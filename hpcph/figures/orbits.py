"""Real-space orbits of one mode on the crystal (Fig. 2f of the Letter)."""

import textwrap

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hpcph.figures import legs, sheet, structure, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.response.sample import frame
from hpcph.result.modes import BANDS_Q, ORBITS_EIGENVECTOR
from hpcph.show import atoms, axis, units
from hpcph.show import mode as modes
from hpcph.show.mode import Mode

LARGEST = 0.45  # Å, semi-major axis of the largest orbit drawn
ABOVE = 200.0  # Å by which orbits are brought before all atoms
SMALL = 0.04  # of the largest: orbits below get no arrow and no dot
DEFAULT_Q = 0.09  # fractional, without /orbits: where the Letter looks
DRAWN = 0.91  # of the width of a sheet: both views
TITLE_LETTERS = 14  # of the title, an inch
PHASES = np.linspace(0, 2 * np.pi, 73)


def layout(result: xr.Dataset) -> Layout:
    """Two views, which have one width."""
    shown = structure.cell(chosen(result, None, 1), units.length(result))
    extent = [np.ptp(_corners(shown, view), axis=0)[:2] for view in _views(result).values()]
    scale = sheet.WIDTH * DRAWN / sum(width for width, _ in extent)  # inches an Å
    height = min(1.1 + scale * max(height for _, height in extent), 8.0)
    return Layout(sheet.WIDTH, height, columns=len(extent), flows=True)


def draw(result: xr.Dataset, panels: Panels, q_c: np.ndarray | None = None, branch: int = 1) -> None:
    """The mode of a branch (from 1) at the stored wave vector nearest to q_c, seen along the axis and across it."""
    mode, n = chosen(result, q_c, branch), axis.unit(result)
    shown = structure.cell(mode, units.length(result))
    grid = sheet.every(panels)
    for axes, (title, view) in zip(grid, _views(result).items(), strict=True):
        picture(axes, mode, shown, view, n)
        if not units.is_model(result):
            _ruler(axes)
        axes.set_title(title)
    handles = _legend(mode)
    words = _title(mode, units.frequency(result), float(mode.polarization @ n), axis.name(result))
    title = textwrap.fill(words, int(TITLE_LETTERS * sheet.width(panels)), break_long_words=False)
    sheet.legend(panels, handles, most=len(handles), title=title, title_fontsize=9)
    size = "not to scale" if units.is_model(result) else f"with a semi-major axis of {LARGEST} Å"
    sheet.note(panels, f"largest orbit drawn {size}; pale: atoms of neighbouring cells", axis.meaning(result))


def _views(result: xr.Dataset) -> dict[str, np.ndarray]:
    """Rows to the right, upwards and towards the viewer."""
    right, up, towards = frame(axis.unit(result))
    return {
        "the axis points at the viewer": np.array((right, up, towards)),
        "the axis points upwards": np.array((right, towards, -up)),
    }


def chosen(result: xr.Dataset, q_c: np.ndarray | None, branch: int) -> Mode:
    """The mode nearest to q_c; without q_c of the first of /orbits, or 0.09 along the leg nearest to the axis."""
    if q_c is not None:
        return modes.find(result, q_c, branch)
    if ORBITS_EIGENVECTOR.variable in result:
        return modes.at(result, "orbits", 0, branch)
    leg = legs.nearest_axis(result)
    points = leg.points if leg else slice(None)
    size = np.abs(result[BANDS_Q.variable].values[points]).max(axis=1)
    return modes.at(result, "bands", (points.start or 0) + int(np.argmin(np.abs(size - DEFAULT_Q))), branch)


def amplitude(mode: Mode, atom: int, shift_c: np.ndarray) -> np.ndarray:
    """Complex amplitude (3,) of the atom in the cell T: U_a e^{i2π q·T}."""
    return mode.amplitude_ac[atom] * np.exp(2j * np.pi * float(np.dot(mode.q_c, shift_c)))


def path(U: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Displacement u = Re U e^{−iωt} at phases ωt, (…, 3)."""
    return (U * np.exp(-1j * phase)[..., None]).real


def sense(U: np.ndarray, n: np.ndarray) -> float:
    """Twice the area per phase about n, Re U × Im U · n, in units of |U|²: ½ a right-handed circle, 0 a line."""
    size = float(np.vdot(U, U).real)
    return float(np.cross(U.real, U.imag) @ n) / size if size else 0.0


def arrow_phase(W: np.ndarray) -> float:
    """Phase ωt at which a projected orbit (amplitude W, 2) is fastest; a quarter turn for circles, equally fast."""
    velocity = -1j * W
    size = float(np.vdot(velocity, velocity).real)
    return float(np.angle(np.sum(velocity**2) - 0.05 * size) / 2 % np.pi)


def picture(axes: Axes, mode: Mode, shown: structure.Cell, view: np.ndarray, n: np.ndarray) -> None:
    """Crystal and orbits of the atoms in the cell; colours tell the sense about n."""
    structure.draw(axes, shown, view)
    every = [path(U, PHASES) for U in mode.amplitude_ac]
    factor = LARGEST / max(np.linalg.norm(u, axis=1).max() for u in every)
    place = shown.position_ic @ view.T
    for i in np.flatnonzero(shown.inside):
        U = amplitude(mode, shown.atom[i], shown.shift_ic[i])
        W = factor * view @ U
        _orbit(axes, place[i] + [0, 0, ABOVE], W, _colour(sense(U, n)))
    low, high = np.min(_corners(shown, view), axis=0), np.max(_corners(shown, view), axis=0)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal")
    axes.set_axis_off()


def _ruler(axes: Axes) -> None:
    """1 Å in the lower left corner."""
    x, y = axes.get_xlim()[0], axes.get_ylim()[0] + 0.1
    axes.plot([x + 0.2, x + 1.2], [y, y], color="black", lw=2.5, solid_capstyle="butt")
    axes.text(x + 1.3, y, "1 Å", va="center", fontsize=7)


def _orbit(axes: Axes, place: np.ndarray, W: np.ndarray, colour: str) -> None:
    """An ellipse, a dot where the atom is at t = 0, a triangle where it is fastest, pointing where it goes."""
    curve = place + path(W, PHASES)
    axes.plot(*curve[:, :2].T, color="white", lw=2.0, zorder=place[2] + 0.3)
    axes.plot(*curve[:, :2].T, color=colour, lw=1.1, zorder=place[2] + 0.31)
    if np.linalg.norm(W) < SMALL * LARGEST:
        return
    x, y = (place + W.real)[:2]
    axes.plot(x, y, "o", ms=2.8, color="black", mec="white", mew=0.4, zorder=place[2] + 0.33)
    phase = np.array([arrow_phase(W[:2])])
    at, velocity = (place + path(W, phase)[0])[:2], path(-1j * W, phase)[0, :2]
    if np.linalg.norm(velocity) > SMALL * LARGEST:
        turned = np.degrees(np.arctan2(velocity[1], velocity[0])) - 90
        axes.plot(*at, marker=(3, 0, turned), ms=5, color=colour, mec="white", mew=0.4, zorder=place[2] + 0.32)


def _colour(turning: float) -> str:
    if abs(turning) < 0.01:
        return "0.3"
    return style.POSITIVE if turning > 0 else style.NEGATIVE


def _corners(shown: structure.Cell, view: np.ndarray) -> np.ndarray:
    """Points that a picture must hold, with room for discs and orbits."""
    points = np.concatenate([shown.position_ic, shown.edges.reshape(-1, 3)]) @ view.T
    return np.concatenate([points - 0.6, points + 0.6])


def _title(mode: Mode, scale: units.Frequency, along: float, name: str) -> str:
    q = ", ".join(f"{component:.4g}" for component in mode.q_c)
    l = ", ".join(f"{component + 0.0:.2f}" for component in np.round(mode.polarization, 2))
    extra = f", $l_{name}$ = {along:.2f} ħ" if name == "n" else ""
    text = f"q = ({q}), branch {mode.branch}, {scale.text(mode.frequency / scale.hertz)}, l = ({l}) ħ{extra}"
    return text.replace("-", "−")


def _legend(mode: Mode) -> list[Line2D]:
    def mark(label: str, **look) -> Line2D:
        return Line2D([], [], label=label, **({"ls": ""} | look))

    species = [
        mark(
            symbol,
            marker="o",
            ms=4 + 3 * atoms.radius(symbol),
            mfc=tuple(atoms.colour(symbol)),
            mec="0.35",
        )
        for symbol in dict.fromkeys(mode.symbols)
    ]
    senses = [mark("l > 0", color=style.POSITIVE, ls="-"), mark("l < 0", color=style.NEGATIVE, ls="-")]
    return [
        *species,
        *senses,
        mark("t = 0", marker="o", ms=3, color="black"),
        mark("direction", marker="^", ms=5, color="0.4"),
    ]
