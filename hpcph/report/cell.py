"""The unit cell: atoms, bonds and edges of one to three cells along c, in which page.js moves the atoms."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from hpcph.report import embed, modes, style
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.show import atoms, axis, units
from hpcph.show.bonds import bonded

CELLS = (1, 2, 3)
SENSES = {"counter-clockwise": style.VERMILION, "clockwise": style.BLUE, "linear": "#888888"}
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1],
                    [0, 1, 1], [0, 0, 1], [np.nan] * 3, [1, 0, 0], [1, 0, 1], [np.nan] * 3, [1, 1, 0], [1, 1, 1],
                    [np.nan] * 3, [0, 1, 0], [0, 1, 1]])  # fmt: skip


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """An empty scene, and everything that fills it: sites of one to three cells and the modes."""
    lattice = result[CRYSTAL_LATTICE.variable].values / units.length(result)
    symbols = [str(symbol) for symbol in result[CRYSTAL_SYMBOLS.variable].values]
    data = {
        "modes": modes.build(result),
        "axis": axis.unit(result).tolist(),
        "length": "" if units.is_model(result) else " Å",
        "symbol": symbols,
        "colour": ["#" + "".join(f"{round(255 * c):02x}" for c in atoms.colour(symbol)) for symbol in symbols],
        "size": [round(4 + 8 * atoms.radius(symbol), 1) for symbol in symbols],
        "cells": {
            str(count): _sites(symbols, result[CRYSTAL_POSITIONS.variable].values, lattice, count) for count in CELLS
        },
    }
    return {"cell": _scene()}, data


def _sites(symbols: list[str], position_ac: np.ndarray, lattice: np.ndarray, count: int) -> dict:
    """Atoms of `count` cells and those bonded to them: atom, cell T (3,), position (3,) Å; bonds as pairs of sites."""
    inside = [(a, (0, 0, c)) for c in range(count) for a in range(len(symbols))]
    sites, bonds = bonded(symbols, position_ac, lattice, inside)
    atom, T = (np.array(part) for part in zip(*sites, strict=True))
    edges = CORNERS * [1, 1, count]
    tips = np.eye(3) * [1, 1, count] @ lattice
    return {
        "atom": atom.tolist(),
        "T": T.tolist(),
        "position": embed.array((position_ac[atom] + T) @ lattice, "f4"),
        "bonds": bonds,
        "edges": embed.array(edges @ lattice, "f4"),
        "tips": embed.array(tips, "f4"),
    }


def _scene() -> go.Figure:
    """Edges, bonds, orbits of every sense, names of the edges, atoms: all empty; no legend, it slows every frame."""
    empty: dict = {"x": [], "y": [], "z": [], "hoverinfo": "skip"}
    lines = [("#888888", 2), ("#999999", 5), *((colour, 4) for colour in SENSES.values())]
    traces = [go.Scatter3d(**empty, mode="lines", line={"color": colour, "width": width}) for colour, width in lines]
    traces.append(go.Scatter3d(**empty, mode="text", text=["a", "b", "c"]))
    outline = {"color": "#444444", "width": 1}
    atoms = go.Scatter3d(**empty, mode="markers", marker={"line": outline, "opacity": 1})
    atoms.update(hoverinfo=None, hovertemplate="%{text}<extra></extra>")
    figure = style.figure(*traces, atoms, height=560, showlegend=False, uirevision="camera")
    hidden = {"visible": False}
    camera = {"eye": {"x": 1.8, "y": 0.9, "z": 0.6}}
    figure.update_layout(
        scene={"xaxis": hidden, "yaxis": hidden, "zaxis": hidden, "aspectmode": "manual", "camera": camera},
        margin={"l": 0, "r": 0, "b": 0, "t": 0},
    )
    return figure
