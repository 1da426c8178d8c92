"""Small results of the embedded quartz, computed once: what the figures are drawn from."""

import tempfile
from pathlib import Path

import pytest
import solvers
from parallel import world

from hpcph.result.open import open_result

SECTIONS = {
    "modes": False,
    "coherence": True,
    "field": {"magnetic": "9 T"},
    "bands": {
        "path": [[{"Γ": [0, 0, 0]}, {"A": [0, 0, 0.5]}], [{"M": [0.5, 0, 0]}, {"GAMMA": [0, 0, 0]}]],
        "points": 5,
    },
    "orbits": {"q": [[0, 0, 0.1]]},
    "spectrum": {"temperature": ["290 K"]},
    "elasticity": {},
    "slices": {"temperature": "300 K", "planes": [0, 0.25], "grid": [7, 7]},
    "sample": {
        "radius": "20 nm",
        "height": "60 nm",
        "cells": [6, 8],
        "laser": {"power": "1 uW", "spot": "12 nm"},
        "bottom": {"temperature": "200 K"},
    },
    "optics": {
        "frequency": {"from": "2 THz", "to": "36 THz", "points": 171},
        "lifetime": "1 ps",
        "polarization": ["x", "circular +z", "circular -z"],
        "pairs": ["8 THz", "14 THz"],
    },
}
CHAIN = {
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"-Z": [0, 0, -0.5]}, {"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 13},
    "orbits": {"q": [[0, 0, 0.1]]},
    "optics": {
        "frequency": {"from": 0.5, "to": 3.5, "points": 301},
        "lifetime": 20,
        "polarization": ["x", "circular +z"],
        "pairs": [1.46984, 2.71756],
    },
}


def compute(folder: Path, **changes) -> Path:
    """The result.h5 of a run with some sections changed."""
    return world.result(folder, world.quartz(**solvers.possible(SECTIONS | changes)))


@pytest.fixture(scope="session")
def path():
    """The file with every section: γ^LL(290 K, 20 nm) = 0.8, supercritical at 300 K and 18 nm."""
    with tempfile.TemporaryDirectory(prefix="hpcph-figures-") as folder:
        yield compute(Path(folder))


@pytest.fixture(scope="session")
def chain():
    """The file of the Te-like chain: model units, light alone."""
    with tempfile.TemporaryDirectory(prefix="hpcph-figures-") as folder:
        yield world.result(Path(folder), CHAIN)


@pytest.fixture(scope="session")
def result(path):
    """Its Dataset, which takes a second to open."""
    with open_result(path) as found:
        yield found


@pytest.fixture(scope="session")
def single():
    """One temperature, one radius, first principles, antiparallel, a mesh without coarser ones, an axis off z."""
    with tempfile.TemporaryDirectory(prefix="hpcph-figures-") as folder:
        made = compute(
            Path(folder),
            axis=[1, 0, 1],
            temperature=["300 K"],
            mesh={"grid": [1, 1, 1]},
            feedback={"sample": {"radius": "20 nm"}, "coupling": "antiparallel"},
            slices=world.DROP,
            sample=world.DROP,  # a cylinder about this axis conducts heat differently in different directions
        )
        yield made


@pytest.fixture(scope="session")
def screened():
    """Antiparallel coupling with a large scale: γ^LL well below −1."""
    with tempfile.TemporaryDirectory(prefix="hpcph-figures-") as folder:
        sample = {"radius": ["18 nm", "20 nm"]}
        yield compute(Path(folder), feedback={"sample": sample, "coupling": "antiparallel", "scale": 1e7})
