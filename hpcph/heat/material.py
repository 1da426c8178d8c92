"""What a crystal is to its sample: the run's response tensors as functions of temperature, in the sample's frame."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import SYMMETRIC
from hpcph.errors import InputError
from hpcph.heat.setup import Setup
from hpcph.heat.table import Table, table
from hpcph.response.feedback import Coupling
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, GAMMA_N, GAMMA_NL, KAPPA, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse

ALIKE = 1e-6  # of the largest component: what counts as equal across the axis


@dataclass(frozen=True)
class Material:
    """Tensors (9 components in C order) as functions of temperature; the first index is that of L or m.

    conductivity : κ, W m⁻¹ K⁻¹, Voigt order; of a cylinder its diagonal
    flow : γ^NL, J s m⁻² K⁻¹; chi_diagonal, chi_off_diagonal : J s² m⁻³
    moment_flow, moment_chi : γ^N, A K⁻¹, and χ^{N,L}, A s m⁻¹; None without moments
    coupling, scale : of the L-L coupling; the scale multiplies χ and χ^{N,L} where they meet it
    """

    conductivity: Table
    flow: Table
    chi_diagonal: Table
    chi_off_diagonal: Table
    moment_flow: Table | None
    moment_chi: Table | None
    coupling: Coupling
    scale: float

    @property
    def known(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest temperature, K, of what may end before the sample's do, by the key of the input."""
        tables = {"temperature": self.flow, "sample.conductivity": self.conductivity}
        return {key: (float(table.knots[0]), float(table.knots[-1])) for key, table in tables.items()}


def material(setup: Setup, thermal: ThermalResponse, lifetime: float, coupling: Coupling, scale: float) -> Material:
    """From the responses of a run; lifetime in s, 1 where the responses include it.

    Raises InputError where modes conduct no heat.
    """
    around = setup.grid.shape == "cylinder"

    def of(tensors: np.ndarray) -> Table:
        own = np.einsum("ai,tij,bj->tab", setup.frame, tensors, setup.frame)
        return table(thermal.temperature, _uniaxial(own) if around else own)

    moments = GAMMA_N in thermal
    return Material(
        conductivity=setup.conductivity or _conductivity(setup, thermal, lifetime),
        flow=of(thermal[GAMMA_NL] * lifetime),
        chi_diagonal=of(thermal[CHI, DIAGONAL]),
        chi_off_diagonal=of(thermal[CHI, OFF_DIAGONAL]),
        moment_flow=of(thermal[GAMMA_N] * lifetime) if moments else None,
        moment_chi=of(thermal[CHI_N]) if moments else None,
        coupling=coupling,
        scale=scale,
    )


def _conductivity(setup: Setup, thermal: ThermalResponse, lifetime: float) -> Table:
    kappa = np.einsum("ai,tij,bj->tab", setup.frame, thermal[KAPPA] * lifetime, setup.frame)
    weakest = np.linalg.eigvalsh(kappa)[:, 0]
    if not np.all(weakest > 0):
        worst = thermal.temperature[np.argmin(weakest)]
        fix = f"the modes conduct no heat at {worst:g} K; begin `temperature` higher, or give a table"
        raise InputError("sample.conductivity", None, fix)
    if setup.grid.shape == "cylinder":
        return table(thermal.temperature, np.einsum("taa->ta", _uniaxial(kappa)))
    voigt = np.stack([kappa[:, i, j] for i, j in SYMMETRIC], axis=1)
    off = np.abs(voigt[:, 3:]).max() <= ALIKE * np.abs(voigt).max()
    return table(thermal.temperature, voigt[:, :3] if off else voigt)


def _uniaxial(tensors: np.ndarray) -> np.ndarray:
    """Mean over all turns about z, (t, 3, 3)."""
    found = np.zeros_like(tensors)
    found[:, 0, 0] = found[:, 1, 1] = (tensors[:, 0, 0] + tensors[:, 1, 1]) / 2
    found[:, 0, 1] = (tensors[:, 0, 1] - tensors[:, 1, 0]) / 2
    found[:, 1, 0] = -found[:, 0, 1]
    found[:, 2, 2] = tensors[:, 2, 2]
    return found


def is_uniaxial(operations: np.ndarray, axis: np.ndarray) -> bool:
    """Do all tensors of a crystal look the same from all sides of the axis? operations (g, 3, 3), axis a unit vector.

    A tensor without symmetry is averaged over the point group and turned by an angle that no point group has.
    """
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(3) + np.sin(1.0) * cross + (1 - np.cos(1.0)) * cross @ cross
    probe = np.arange(9.0).reshape(3, 3) ** 2
    for signs in (np.ones(len(operations)), np.linalg.det(operations)):
        mean = np.einsum("g,gij,jk,glk->il", signs, operations, probe, operations) / len(operations)
        if np.abs(turn @ mean @ turn.T - mean).max() > ALIKE * np.abs(probe).max():
            return False
    return True
