"""Imaginary modes, which no sum may hold: what is said of them."""

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices
from hpcph.errors import Unstable
from hpcph.phonons.modes import Modes


def refuse_unstable(modes: Modes, q_kc: np.ndarray) -> None:
    """Raise Unstable for the most unstable mode of the block, if there is an unstable one."""
    if modes.unstable_kn.any():
        k, n = np.unravel_index(np.argmin(modes.frequency_kn), modes.frequency_kn.shape)
        frequency = modes.frequency_kn[k, n] / (2e12 * np.pi)
        a, b, c = (float(x) for x in q_kc[k])
        raise Unstable(
            "crystal.force_constants",
            f"{frequency:.4f} THz",
            f"imaginary mode at q = ({a:.4f}, {b:.4f}, {c:.4f}); use converged force constants, "
            "or crystal.allow_unstable: true leaves such modes out",
            (a, b, c),
        )


def explained(unstable: Unstable, plain: Crystal) -> Unstable:
    """The same complaint with what the sum rules have to do with it; plain : the crystal without them."""
    square = float(np.linalg.eigvalsh(matrices(plain, np.array([unstable.q])))[0, 0])
    frequency = np.sign(square) * np.sqrt(abs(square)) / (2e12 * np.pi)
    reason = f"without sharing and sum rules it is {frequency:.4f} THz"
    if frequency > 0:
        reason += ", which crystal.sum_rules: [translational] gives"
    return Unstable(unstable.key, unstable.value, f"{unstable.fix}; {reason}", unstable.q)
