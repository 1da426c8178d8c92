"""Interband parts: sums over pairs of modes, their shares and errors, and modes that have none."""

import linewidths
import numpy as np
import physics
import pytest
from parallel import world
from scipy.constants import hbar

from hpcph.crystal import mesh
from hpcph.phonons import angular_momentum
from hpcph.response import convergence, thermal
from hpcph.response.coherence import coherence_sums
from hpcph.response.occupation import occupation
from hpcph.response.tensors import GAMMA_NL, GAMMA_NL_INTERBAND, KAPPA, KAPPA_INTERBAND
from hpcph.response.weights import mode_weights

T = np.array([100.0, 300.0])
GRID = (4, 4, 4)


def test_a_mode_without_a_width_has_no_interband_part(tmp_path):
    """Where only a boundary ends lives, a mode at rest lives for ever: one line, no numbers."""
    forever = linewidths.write(tmp_path / "zero.hdf5", "embedded", GRID, [100, 150, 290, 300], linewidths.constant(0.0))
    lifetime = {"phono3py": str(forever), "boundary": "1 um"}
    small = world.quartz(lifetime=lifetime, coherence=True, mesh={"grid": list(GRID), "shift": [0, 0, 0]})
    done = world.here("run", world.write(tmp_path, small), "--output", tmp_path / "none")
    assert done.returncode == 2 and "linewidths are zero, modes that live for ever" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_interband_parts_are_the_sums_over_pairs():
    """Theory §3 written out mode by mode, at wave vectors without degenerate modes."""
    case = physics.case("embedded")
    q = physics.random_q(case.structure, 2, seed=8)
    modes = physics.modes(case, q)
    rate = np.random.default_rng(2).uniform(1e11, 1e13, (len(T), *modes.frequency_kn.shape))
    m, V = angular_momentum.matrices(modes), modes.velocity_matrices(slice(None))
    _, _, warming = occupation(modes.frequency_kn, T)
    flow, heat = np.zeros((len(T), 3, 3)), np.zeros((len(T), 3, 3))
    for k, omega in enumerate(modes.frequency_kn):
        for a in range(len(omega)):
            for b in set(range(len(omega))) - {a}:
                A = hbar / 2 * (np.sqrt(omega[a] / omega[b]) + np.sqrt(omega[b] / omega[a])) * m[k, :, b, a]
                width = (rate[:, k, a] + rate[:, k, b]) / 2
                factor = (warming[:, k, a] + warming[:, k, b]) / 2 * width / ((omega[a] - omega[b]) ** 2 + width**2)
                flow -= factor[:, None, None] * np.outer(A, V[k, :, a, b]).real
                specific = [hbar * omega[n] * warming[:, k, n] for n in (a, b)]  # Simoncelli et al., eq. (6)
                wigner = (omega[a] + omega[b]) / 4 * (specific[0] / omega[a] + specific[1] / omega[b])
                wigner *= 2 * width / (4 * (omega[a] - omega[b]) ** 2 + 4 * width**2) * 2
                heat += wigner[:, None, None] * np.outer(V[k, :, a, b], V[k, :, b, a]).real
    ((interband, columns),) = coherence_sums(modes, rate, np.ones(len(q)), T).items()
    for tensor, expected in ((GAMMA_NL_INTERBAND, flow), (KAPPA_INTERBAND, heat)):
        found = tensor.unpack(interband.parts(columns)[tensor])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


def short_lived(name, grid, shift, taus, temperature):
    """The mesh and, by relaxation time, the response with interband parts."""
    case = physics.case(name)
    points = mesh.monkhorst_pack(case.structure, grid, shift, True)
    total = {}
    for block in mesh.blocks(points.q_kc):
        modes, weight = physics.modes(case, points.q_kc[block]), points.weight_k[block]
        weights = mode_weights(modes)
        for tau in taus:
            between = coherence_sums(modes, np.full((1, 1, 1), 1 / tau), weight, temperature)
            part = thermal.thermal_sums(modes, weights, weight, temperature, None, between)
            total[tau] = total[tau] + part if tau in total else part
    volume = case.structure.volume
    return points, {
        tau: thermal.response(found, temperature, volume, points.operations) for tau, found in total.items()
    }


@pytest.mark.parametrize(
    "name, flow, heat", [("quartz_pbesol", (0.04, 0.16), 0.66), ("quartz_lda", (0.09, 0.34), 0.62)]
)
def test_one_relaxation_time_has_the_shares_of_theory(name, flow, heat):
    """γ^coh/γ^NL at 300 K for 1 and 0.3 ps and κ^coh/κ for 0.3 ps (theory §10), on the coarse mesh that gives those."""
    _, found = short_lived(name, (12, 12, 12), (0.5, 0.5, 0.5), (1e-12, 3e-13), T[1:])

    def share(part, whole, tau):
        return found[tau][part][0, 2, 2] / (tau * found[tau][whole][0, 2, 2])

    for tau, expected in zip(found, flow, strict=True):
        assert share(GAMMA_NL_INTERBAND, GAMMA_NL, tau) == pytest.approx(expected, rel=0.1)
    assert share(KAPPA_INTERBAND, KAPPA, 3e-13) == pytest.approx(heat, rel=0.02)


def test_errors_of_interband_parts_hold():
    """Of a mesh, judged by coarser ones, against a finer one: no component is farther off than its estimate."""
    structure = physics.case("embedded").structure
    grids = [mesh.even_grid(structure, divisions) for divisions in (6, 8, 16, 28)]
    runs = [short_lived("embedded", g, mesh.automatic_shift(structure, g), (1e-12, 3e-13), T) for g in grids]
    for tau in (1e-12, 3e-13):
        *_, (_, last), (_, best) = [(points, found[tau]) for points, found in runs]
        error = convergence.uncertainty([(points, found[tau]) for points, found in runs[:-1]])
        for tensor in (GAMMA_NL_INTERBAND, KAPPA_INTERBAND):
            true = np.abs(last[tensor] - best[tensor])
            seen = np.abs(best[tensor]) > 1e-9 * np.abs(best[tensor]).max()
            assert np.all(true[seen] <= error[tensor][seen]) and np.median(error[tensor][seen] / true[seen]) < 25
