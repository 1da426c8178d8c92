"""Angular momentum and magnetization in a sample whose temperature is known, theory §3 to §5.

ℓ(x) = γ^NL(T) ∇T ± scale · χ(T) Ω with one Ω = I⁻¹ ∫ℓ dV for all atoms: three unknowns, whose equation holds the
integrals over the sample. These are added up plane by plane, so that no number of ranks changes their order.
"""

from dataclasses import dataclass, fields

import numpy as np

from hpcph.heat.grid import Part
from hpcph.heat.material import Material
from hpcph.heat.setup import Setup
from hpcph.heat.solver import Temperature
from hpcph.heat.table import Table
from hpcph.response.feedback import Feedback, feedback
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, DIAGONAL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse


@dataclass(frozen=True)
class Fields:
    """On the owned nodes of a part, (3, k, j, i) in the sample's frame; moments None where they are unknown.

    pam : γ^NL ∇T, J s m⁻³; moment : γ^N ∇T, A m⁻¹
    """

    part: Part
    temperature: np.ndarray
    pam: np.ndarray
    moment: np.ndarray | None

    def coupled(self, material: Material, turning: np.ndarray) -> "Fields":
        """The same with the feedback of a mean field `turning` (3,) in rad s⁻¹, sign and scale included."""
        chi = material.chi_diagonal.at(self.temperature) + material.chi_off_diagonal.at(self.temperature)
        moment = self.moment
        if moment is not None and material.moment_chi is not None:
            moment = moment + _times(material.moment_chi.at(self.temperature), turning)
        return Fields(self.part, self.temperature, self.pam + _times(chi, turning), moment)


def uncoupled(found: Temperature, material: Material, reference: float) -> Fields:
    """What the gradient alone drives."""
    part = found.part
    temperature = found.theta[part.owned] + reference
    gradient = slope(part, found.theta)

    def driven(flow: Table) -> np.ndarray:
        return np.einsum("abkji,bkji->akji", flow.at(temperature).reshape(3, 3, *temperature.shape), gradient)

    moment = None if material.moment_flow is None else driven(material.moment_flow)
    return Fields(part, temperature, driven(material.flow), moment)


def slope(part: Part, theta: np.ndarray) -> np.ndarray:
    """∇T of the owned nodes (3, k, j, i) from θ of the seen ones: central differences, of second order at faces too."""
    found = np.zeros((3, *theta[part.owned].shape))
    for axis, step in enumerate(part.grid.spacing):
        if step:
            found[axis] = np.gradient(theta, step, axis=2 - axis, edge_order=2)[part.owned]
    if part.grid.shape == "cylinder":
        found[0, ..., 0] = 0.0  # on the axis
    return found


def _times(tensors: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Tensors (9, k, j, i) times a vector (3,)."""
    return np.einsum("abkji,b->akji", tensors.reshape(3, 3, *tensors.shape[1:]), vector)


@dataclass(frozen=True)
class Integrals:
    """Over a plane (a leading axis k) or a whole sample: ∫ T, ℓ, m, χ^D, χ^OD and χ^{N,L} dV."""

    temperature: np.ndarray
    pam: np.ndarray
    moment: np.ndarray
    chi_diagonal: np.ndarray
    chi_off_diagonal: np.ndarray

    def total(self) -> "Integrals":
        """The sum over planes, in their order."""
        return Integrals(*(getattr(self, f.name).sum(axis=0) for f in fields(self)))


def by_plane(found: Fields, material: Material) -> Integrals:
    """Integrals over the owned planes. What points across the axis of a cylinder cancels around it."""
    part = found.part
    volume = part.volume()[part.owned]

    def integral(values: np.ndarray) -> np.ndarray:
        return np.einsum("akji,kji->ka", values, volume)

    vectors = [integral(found.pam), np.zeros((len(volume), 3)) if found.moment is None else integral(found.moment)]
    if part.grid.shape == "cylinder":
        for vector in vectors:
            vector[:, :2] = 0.0
    chi = [integral(part_of.at(found.temperature)) for part_of in (material.chi_diagonal, material.chi_off_diagonal)]
    return Integrals(integral(found.temperature[None])[:, 0], *vectors, *(c.reshape(-1, 3, 3) for c in chi))


def respond(total: Integrals, setup: Setup, material: Material) -> Feedback:
    """The feedback of the whole sample: that of a homogeneous one with the means of χ and ℓ over the volume."""
    volume = setup.grid.volume
    mean = ThermalResponse(
        parts={
            (CHI, DIAGONAL): total.chi_diagonal[None] / volume,
            (CHI, OFF_DIAGONAL): total.chi_off_diagonal[None] / volume,
        },
        temperature=total.temperature[None] / volume,
    )
    axis = np.array([0.0, 0.0, 1.0])
    return feedback(mean, setup.body, total.pam[None] / volume, axis, material.coupling, material.scale)


def mean_field(response: Feedback, body: Samples) -> np.ndarray:
    """± scale · Ω that acts on every atom, (3,) rad s⁻¹."""
    strength = response.scale * response.coupling.value
    assert response.pam_density is not None
    return strength * body.inverse_inertia_rij[0] @ response.pam_density[0, 0]
