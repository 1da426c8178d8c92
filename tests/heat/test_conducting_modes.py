"""Heat in a sample flows, and L and M follow it, by the lifetimes and collisions of the run."""

import collisions
import h5py
import numpy as np
import physics
import pytest
from collisions import T
from heat.samples import SECTIONS
from parallel import world

from hpcph.boltzmann.points import every_point

pytestmark = pytest.mark.petsc
NAME, GRID = "embedded", (3, 3, 3)
POWER, RADIUS, HEIGHT = 1e-11, 200e-9, 20e-9  # W, m: a microkelvin of warming at most, uniform
DISC = {
    "shape": "cylinder", "radius": RADIUS, "height": HEIGHT, "cells": [4, 8],
    "laser": {"power": POWER, "spot": "uniform"}, "bottom": {"temperature": float(T.mean())},
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Collisions that double the rates of all modes, and the linewidths beside them."""
    folder = tmp_path_factory.mktemp("files")
    case = physics.case(NAME)
    gamma = collisions.widths(physics.frequencies(case, every_point(case.structure, np.array(GRID)).q_kc))
    gamma[:, 0, :3] = 0
    matrix = np.stack([np.diag(rates.ravel()).reshape(2 * rates.shape) for rates in gamma])
    return {
        "collision_matrix": str(collisions.write(folder / "c.hdf5", gamma, matrix)),
        "phono3py": str(collisions.beside(folder / "k.hdf5", NAME, GRID)),
    }


@pytest.mark.parametrize("boundary", [None, "5 nm"])
@pytest.mark.parametrize("kind", ["phono3py", "collision_matrix"])
def test_a_thin_disc(tmp_path, files, kind, boundary):
    """ΔT = P h/πr²κ, L = γ^NL ∇T V and M = γ^N ∇T V with the tensors of the file, not those of relaxation time.

    Between two temperatures all of them are linear.
    """
    lifetime = {kind: files[kind]} | ({"boundary": boundary} if boundary else {})
    mesh = {"grid": list(GRID), "shift": [0, 0, 0]}
    changes = SECTIONS | {"modes": False, "feedback": world.DROP, "temperature": T.tolist()}
    with world.communicator() as comm:
        data = world.quartz(**changes, lifetime=lifetime, mesh=mesh, sample=DISC)
        path = world.compute(comm, tmp_path, data).path
    with h5py.File(path) as file:
        names = "thermal/conductivity", "thermal/gamma_nl", "magnetization/gamma_nl"
        kappa, flow, moment = (file[name][:, 2, 2].mean() for name in names)
        area = np.pi * RADIUS**2
        rise = file["sample/temperature_field"][-1].mean() - T.mean()
        assert rise == pytest.approx(POWER / area / kappa * HEIGHT, rel=1e-6)
        drive = POWER / kappa * HEIGHT
        assert file["sample/pam_without_feedback"][2] == pytest.approx(flow * drive, rel=1e-8)
        assert file["sample/moment_without_feedback"][2] == pytest.approx(moment * drive, rel=1e-8)
        if kind == "collision_matrix":
            assert kappa < 0.7 * file["thermal/conductivity_relaxation_time"][:, 2, 2].mean()
