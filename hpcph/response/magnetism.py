"""What a magnetic field induces in equilibrium, to first order, without feedback and with it (theory §9).

The moment of an ion is that of its velocity: the canonical moment is the paramagnetic part, and what the field takes
off the canonical momentum the diamagnetic one. Classically they cancel (Bohr and van Leeuwen), and so they do in
u × m u̇, the kinetic angular momentum. The feedback couples to the canonical one, u × p, as everywhere.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.response.convergence import Uncertainty, fed_error
from hpcph.response.feedback import Feedback, feedback
from hpcph.response.magnetization import carried, carried_error
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI_FIELD, CHI_N, CHI_N_FIELD
from hpcph.response.thermal import Tensors, ThermalResponse


@dataclass(frozen=True)
class Induced:
    """Densities in a field, or their errors.

    magnetization : ndarray (t, 3), A m⁻¹
    pam_density, canonical : ndarrays (t, 3), of u × m u̇ and of u × p, J s m⁻³
    fed_canonical, fed_magnetization : ndarrays (t, r, 3), with feedback, NaN where supercritical; None without samples
    """

    magnetization: np.ndarray
    pam_density: np.ndarray
    canonical: np.ndarray
    fed_canonical: np.ndarray | None = None
    fed_magnetization: np.ndarray | None = None


def induced(
    thermal: ThermalResponse, field: np.ndarray, axis: np.ndarray, coupled: Feedback | None, samples: Samples | None
) -> Induced:
    """⟨m⟩ = χ^B B, ⟨L⟩ = χ^{L,N} B; with feedback ⟨L⟩ = (1 − Γ)⁻¹ χ^{L,N} B, and it adds ± scale · χ^{N,L} Ω to ⟨m⟩.

    field : ndarray (3,) T; axis : ndarray (3,); coupled : whose sign and scale count
    """
    plain = _plain(thermal, field)
    if coupled is None or samples is None:
        return plain
    again = feedback(thermal, samples, plain.canonical, axis, coupled.coupling, coupled.scale)
    assert again.pam_density is not None
    more = carried(thermal, again.pam_density, coupled, samples)
    return Induced(
        plain.magnetization, plain.pam_density, plain.canonical, again.pam_density, plain.magnetization[:, None] + more
    )


def induced_error(
    errors: Uncertainty,
    thermal: ThermalResponse,
    found: Induced,
    field: np.ndarray,
    coupled: Feedback | None,
    samples: Samples | None,
) -> Induced:
    """Bounds of the errors of `induced` from those of its tensors; the scale counts as exact."""
    plain = _plain(errors, np.abs(field))
    if coupled is None or samples is None or found.fed_canonical is None:
        return plain
    density = fed_error(errors, thermal, samples, plain.canonical, found.fed_canonical, coupled)
    more = carried_error(errors, thermal, found.fed_canonical, density, coupled.scale, samples)
    return Induced(
        plain.magnetization, plain.pam_density, plain.canonical, density, plain.magnetization[:, None] + more
    )


def _plain(tensors: Tensors, field: np.ndarray) -> Induced:
    return Induced(
        magnetization=tensors[CHI_FIELD] @ field,
        pam_density=np.einsum("tji,j->ti", tensors[CHI_N_FIELD], field),
        canonical=np.einsum("tji,j->ti", tensors[CHI_N], field),
    )
