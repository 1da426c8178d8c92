"""What is done to the sample: its shape, the laser at its top, the baths at its faces."""

from dataclasses import dataclass

import numpy as np

from hpcph.heat.conduction import Loads
from hpcph.heat.grid import Grid, Part
from hpcph.heat.solver import NewtonLimits
from hpcph.heat.table import Table
from hpcph.response.sample import Samples


@dataclass(frozen=True)
class Laser:
    """Light that the sample absorbs.

    power : W, absorbed; spot : m, radius at which the intensity is 1/e² of its maximum, inf for even light
    depth : m, at which 1/e of the light is left; 0 where the surface absorbs it
    """

    power: float
    spot: float
    depth: float


@dataclass(frozen=True)
class Bath:
    """What a face touches: temperature in K, heat transfer in W m⁻² K⁻¹ (inf: the face has that temperature)."""

    temperature: float
    transfer: float


@dataclass(frozen=True)
class Setup:
    """A finite sample.

    frame : ndarray (3, 3), rows are the sample's x, y, z in Cartesian directions of the crystal
    body : one sample in that frame, with which it turns
    bottom, side, top : None where insulated
    melting : K, inf where unknown; modulation : Hz, of the power
    heat_capacity : J m⁻³ K⁻¹, at high temperature
    threshold : look for the power at which the feedback loses its solution
    conductivity : a table of κ_xx, κ_yy, κ_zz in the sample's frame; None: that of the run's modes
    """

    grid: Grid
    frame: np.ndarray
    body: Samples
    laser: Laser
    bottom: Bath | None
    side: Bath | None
    top: Bath | None
    melting: float
    modulation: float
    heat_capacity: float
    limits: NewtonLimits
    threshold: bool
    conductivity: Table | None

    @property
    def reference(self) -> float:
        """Temperature that others are relative to: that of the coldest bath, K."""
        return min(self._baths())

    @property
    def is_even(self) -> bool:
        """Have all baths one temperature, so that there is no gradient without light?"""
        return len(set(self._baths())) == 1

    def _baths(self) -> list[float]:
        return [bath.temperature for bath in (self.bottom, self.side, self.top) if bath is not None]

    def loads(self, part: Part) -> Loads:
        """Light and baths on a part of the grid. Where faces meet, the later of side, top and bottom fixes."""
        source = self._absorbed(part)
        exchange, ambient, held = (np.zeros(source.shape) for _ in range(3))
        fixed = np.zeros(source.shape, bool)
        faces = ((self.side, part.side()), (self.top, part.face(-1)), (self.bottom, part.face(0)))
        for bath, area in faces:
            if bath is None:
                continue
            warmer = bath.temperature - self.reference
            if np.isfinite(bath.transfer):
                exchange += bath.transfer * area
                ambient += bath.transfer * area * warmer
            else:
                fixed |= area > 0
                held[area > 0] = warmer
        return Loads(source, exchange, ambient, fixed, held)

    def _absorbed(self, part: Part) -> np.ndarray:
        """Power that the seen nodes absorb, (k, j, i) W; all nodes together absorb the power of the laser."""
        x, y, z = (self._profile(axis) * self.grid.measure[axis] for axis in range(3))
        if not self.laser.depth:
            z = np.zeros(len(z))
            z[-1] = 1.0
        x, y, z = (values / values.sum() for values in (x, y, z))
        return self.laser.power * z[part.seen, None, None] * y[:, None] * x

    def _profile(self, axis: int) -> np.ndarray:
        """Intensity along x, y or z, over that on the axis and at the top."""
        position = self.grid.position[axis]
        if axis < 2:
            return np.exp(-2 * (position / self.laser.spot) ** 2)
        return np.exp((position - position[-1]) / self.laser.depth) if self.laser.depth else np.ones(len(position))
