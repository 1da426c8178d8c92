"""Samples that cannot be computed: one line with key and fix, and what was there stays."""

import sys

import numpy as np
import pytest
import solvers
from heat.samples import CUBOID, CYLINDER, SMALL
from parallel import world

from hpcph.config.load import from_mapping
from hpcph.errors import InputError
from hpcph.heat.material import is_uniaxial
from hpcph.parallel.petsc import calling_back, petsc, require_petsc
from hpcph.prepare.job import prepare

SINK, SPOT = {"temperature": "290 K"}, {"power": "1 uW", "spot": "12 nm"}
LIST = [300, 400]
BAD = {
    "no heat sink": ({"bottom": "insulated", "side": "insulated"}, "sample", "singular"),
    "a top that absorbs and is held": ({"top": SINK, "laser": SPOT}, "sample", "cannot both absorb"),
    "no laser": ({"laser": world.DROP}, "sample.laser", "missing"),
    "no power": ({"laser": {"power": 0, "spot": "12 nm"}}, "sample.laser.power", "greater"),
    "power in K": ({"laser": {"power": "3 K", "spot": "12 nm"}}, "sample.laser.power", "convert to W"),
    "a spot beyond the sample": ({"laser": {"power": "1 uW", "spot": "1 mm"}}, "sample", "spot: uniform"),
    "a spot below the cells": ({"laser": {"power": "1 uW", "spot": "1 nm"}}, "sample", "more cells or a larger spot"),
    "a depth below the cells": ({"laser": SPOT | {"depth": "1 nm"}}, "sample", "leave it out"),
    "a depth beyond the sample": ({"laser": SPOT | {"depth": "1 mm"}}, "sample", "size of the sample"),
    "a word for a spot": ({"laser": {"power": "1 uW", "spot": "wide"}}, "sample.laser.spot", "uniform"),
    "a face that is neither": ({"side": "cold"}, "sample.side", "insulated"),
    "a transfer that is none": ({"bottom": SINK | {"transfer": 1e20}}, "sample.bottom.transfer", "less"),
    "no transfer": ({"bottom": SINK | {"transfer": 0}}, "sample.bottom.transfer", "greater"),
    "a cylinder with edges": ({"edges": ["1 nm"] * 3}, "sample", "has no edges"),
    "no height": ({"height": world.DROP}, "sample", "needs height"),
    "cells of a cuboid": ({"cells": [8, 8, 8]}, "sample", "radius and height"),
    "few cells": ({"cells": [2, 8]}, "sample.cells[0]", "greater"),
    "many cells": ({"shape": "cuboid", "edges": ["9 um"] * 3, "radius": world.DROP, "height": world.DROP,
                    "cells": [2000] * 3}, "sample", "2³¹"),
    "molten at the start": ({"melting": "285 K"}, "sample", "melting"),
    "a crooked table": ({"conductivity": {"temperature": LIST, "axial": [1], "radial": [1, 1]}},
                        "sample.conductivity", "one length"),
    "a falling table": ({"conductivity": {"temperature": [400, 300], "axial": [1, 1], "radial": [1, 1]}},
                        "sample.conductivity", "rise"),
    "a negative table": ({"conductivity": {"temperature": LIST, "axial": [1, -1], "radial": [1, 1]}},
                         "sample.conductivity.axial[1]", "greater"),
    "an unknown key": ({"laser_power": 3}, "sample.laser_power", "unknown"),
}  # fmt: skip


def changed(changes: dict) -> dict:
    return {key: value for key, value in (CYLINDER | changes).items() if value is not world.DROP}


@pytest.mark.parametrize("case", BAD)
def test_refused_before_anything_is_computed(case):
    """Key and fix."""
    changes, key, words = BAD[case]
    with pytest.raises(InputError) as failure:
        from_mapping(world.quartz(**SMALL, sample=changed(changes)))
    assert failure.value.key == key and words in str(failure.value)
    assert len(str(failure.value).splitlines()) == 1


def test_a_sample_needs_the_sums_over_the_zone():
    """And is not for models."""
    alone = {"crystal": world.QUARTZ["crystal"], "bands": {}, "sample": CYLINDER}
    with pytest.raises(InputError, match=r"sample.*: needs mesh"):
        from_mapping(alone)
    with pytest.raises(InputError, match="sample"):
        from_mapping({"crystal": {"model": {"name": "te-chain"}}, "bands": {}, "sample": CYLINDER})


FAILING = {
    "melts": ({"melting": "320 K"}, {}, "sample.melting", "melts; take less power"),
    "leaves the table": ({}, {"temperature": ["280 K", "300 K"]}, "temperature", "and end at"),
    "begins above the bath": ({}, {"temperature": ["295 K", "500 K"]}, "temperature", "begin at or below 2"),
    "leaves its own table": (
        {"conductivity": {"temperature": [280, 300], "axial": [5, 5], "radial": [5, 5]}},
        {},
        "sample.conductivity",
        "and end at",
    ),
    "far too much light": ({"laser": SPOT | {"power": "20 mW"}}, {}, "temperature", "take less power"),
    "hardly a sink": (
        {"bottom": "insulated", "side": SINK | {"transfer": 1e-6}, "laser": SPOT | {"power": "1e-18 W"}},
        {},
        "sample",
        "too weak",
    ),
    "one temperature": ({}, {"temperature": "300 K"}, "temperature", "a range"),
    "does not converge": ({"solver": {"iterations": 1}}, {}, "sample", "take more sample.solver.iterations"),
    "not uniaxial": ({}, {"axis": [1, 0, 1]}, "sample.shape", "take a cuboid"),
}


@pytest.mark.petsc
@pytest.mark.parametrize("case", FAILING)
def test_refused_when_it_shows(tmp_path, case):
    """The file that was there is left as it is, and nothing is left beside it."""
    sample, changes, key, words = FAILING[case]
    data = world.quartz(**SMALL | {"feedback": world.DROP, "mesh__grid": [2, 2, 2]} | changes, sample=changed(sample))
    with world.communicator() as comm:
        with pytest.raises(InputError) as failure:
            world.compute(comm, tmp_path, data)
        assert failure.value.key == key and words in str(failure.value)
        assert len(str(failure.value).splitlines()) == 1
        assert not list((tmp_path / "out").glob("*"))


@pytest.mark.petsc
@pytest.mark.parametrize("case", ["one temperature", "not uniaxial"])
def test_refused_in_prepare(case):
    """What the input alone decides, `check` says too."""
    sample, changes, key, words = FAILING[case]
    given = {**SMALL, "feedback": world.DROP, **changes}
    with pytest.raises(InputError, match=words) as failure:
        prepare(from_mapping(world.quartz(**given, sample=changed(sample))))
    assert failure.value.key == key


@pytest.mark.petsc
def test_ranks_end_together_with_one_line(tmp_path):
    """Exit code 2 on two ranks, no traceback, and the folder is empty again."""
    data = world.quartz(**SMALL | {"mesh__grid": [2, 2, 2]}, sample=CUBOID | {"melting": "295 K"})
    done = world.command(2, "run", world.write(tmp_path, data), "--output", tmp_path / "out")
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    own = [line for line in done.stderr.splitlines() if line.startswith("hpcph:")]
    assert len(own) == 1 and own[0].startswith("hpcph: sample.melting"), done.stderr
    assert not list((tmp_path / "out").glob("*"))


def test_without_petsc4py_there_is_one_line(monkeypatch):
    """Inputs without the section need none; tests that need it are skipped, or fail where CI runs them."""
    monkeypatch.setitem(sys.modules, "petsc4py", None)
    with pytest.raises(InputError, match="needs petsc4py, which is missing"):
        require_petsc("sample")
    everything = {"modes", "sample"}
    for ci, outcome, left in (("", pytest.skip.Exception, {"modes"}), ("true", pytest.fail.Exception, everything)):
        monkeypatch.setenv("CI", ci)
        with pytest.raises(outcome, match="petsc4py is not installed"):
            solvers.need()
        assert solvers.possible({"modes": True, "sample": CYLINDER}).keys() == left


@pytest.mark.petsc
def test_a_library_that_does_not_load_is_one_line(monkeypatch):
    """As where a module of the cluster was forgotten."""
    import petsc4py.lib

    def load():
        raise ImportError("libpetsc_real.so: cannot open shared object file")

    monkeypatch.setattr(petsc4py.lib, "ImportPETSc", load)
    with pytest.raises(InputError, match=r"does not load \(libpetsc_real.so: .*; load the modules"):
        require_petsc("sample")


@pytest.mark.petsc
def test_what_a_callback_raises_is_not_wrapped():
    """By newer ones of petsc4py, several times in calls within calls; PETSc's own errors stay."""
    error = petsc().Error
    with pytest.raises(InputError), calling_back():
        try:
            raise error(-1) from InputError("sample", None, "melts")
        except error as inner:
            raise error(-1) from inner
    with pytest.raises(error), calling_back():
        raise error(77)


def turns(n: int) -> np.ndarray:
    """The rotations about z by multiples of 2π/n."""
    angle = 2 * np.pi * np.arange(n) / n
    found = np.zeros((n, 3, 3))
    found[:, 0, 0] = found[:, 1, 1] = np.cos(angle)
    found[:, 1, 0], found[:, 0, 1] = np.sin(angle), -np.sin(angle)
    found[:, 2, 2] = 1
    return found


def test_which_crystals_look_alike_from_all_sides_of_an_axis():
    """Three-fold axes and more do, two-fold ones do not; a cubic crystal does about any axis."""
    z, tilted = np.array([0, 0, 1.0]), np.array([0.6, 0, 0.8])
    assert [is_uniaxial(turns(n), z) for n in (1, 2, 3, 4, 6)] == [False, False, True, True, True]
    assert not is_uniaxial(turns(6), tilted)
    cycle = np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]])
    cubic = np.array([a @ b for a in turns(4) for b in (np.eye(3), cycle, cycle @ cycle)])
    closed = np.unique(np.round([a @ b for a in cubic for b in cubic], 9) + 0.0, axis=0)
    closed = np.unique(np.round([a @ b for a in closed for b in closed], 9) + 0.0, axis=0)
    assert len(closed) == 24 and is_uniaxial(closed, tilted)
