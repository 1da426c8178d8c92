"""Sound of the crystal where an input asks for it, and what a person reads of it."""

import numpy as np

from hpcph.config.elasticity import ElasticitySection
from hpcph.crystal.supercell import Settled
from hpcph.phonons.acoustics import Acoustics, acoustics
from hpcph.show.numbers import with_errors

LONGITUDINAL = 0.999  # of the cosine between displacement and direction: less is quasi-longitudinal
TRANSVERSE = 0.04


def heard(given: ElasticitySection | None, settled: Settled | None) -> Acoustics | None:
    """None where nothing is asked."""
    if given is None or settled is None:
        return None
    return acoustics(settled.crystal, settled.others, np.array(given.directions, float), given.frequency)


def lines(found: Acoustics) -> list[str]:
    """A line a direction."""
    said, asked = [], found.asked
    for d, n in enumerate(asked.direction_dc):
        waves = dict.fromkeys(
            f"{_name(asked.polarization_dnc[d, wave], n)} {with_errors(velocity, found.velocity_error_dn[d, wave])}"
            for wave, velocity in enumerate(asked.velocity_dn[d])
        )
        text = f"sound along ({', '.join(f'{x:.3g}' for x in n)}), m/s: {', '.join(waves)}"
        activity, error = asked.activity_d[d], found.activity_error_d[d]
        if activity and np.isfinite(activity):
            turned = asked.rotation(found.frequency)[d]
            per_length = with_errors(turned, abs(turned * error / activity))
            text += f"; acoustic activity {with_errors(activity, error)} m, which turns its polarization by "
            text += f"{per_length} rad/m at {found.frequency / 1e9:g} GHz"
        said.append(text)
    return said


def _name(polarization: np.ndarray, n: np.ndarray) -> str:
    """LA, TA, or quasi-: qLA, qTA; of two transverse waves of one velocity any displacement in their plane is one."""
    along = abs(polarization @ n)
    if np.isnan(along) or along < TRANSVERSE:
        return "TA"
    return "LA" if along > LONGITUDINAL else "qLA" if along > np.sqrt(0.5) else "qTA"
