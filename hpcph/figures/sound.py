"""How fast sound is, by direction."""

import numpy as np
import xarray as xr
from matplotlib.ticker import MultipleLocator

from hpcph.figures import labels, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.acoustics import ELASTICITY_PLANE_VELOCITY, ELASTICITY_SOUND_ANGLE, ELASTICITY_SOUND_PLANE

NAMES = ("slowest", "middle", "fastest")
HEIGHT = 2.9


def layout(result: xr.Dataset) -> Layout:
    """A panel a plane."""
    count = result[ELASTICITY_SOUND_PLANE.variable].size
    return Layout(sheet.WIDTH, HEIGHT, columns=count, flows=True, options={"subplot_kw": {"projection": "polar"}})


def draw(result: xr.Dataset, panels: Panels) -> None:
    """Velocities of the three waves around the Cartesian planes."""
    angle, velocity = (result[q.variable].values for q in (ELASTICITY_SOUND_ANGLE, ELASTICITY_PLANE_VELOCITY))
    grid = sheet.every(panels)
    top = 1.05 * float(np.nanmax(velocity)) / 1e3
    for axes, plane, waves in zip(grid, result[ELASTICITY_SOUND_PLANE.variable].values, velocity / 1e3, strict=True):
        for wave, (name, colour) in enumerate(zip(NAMES, style.OKABE_ITO, strict=False)):
            axes.plot(angle, waves[:, wave], color=colour, label=name)
        first, second = list(str(plane))
        axes.set_ylim(0, top)
        axes.set_xticks(np.arange(4) * np.pi / 2, [first, second, f"−{first}", f"−{second}"])
        axes.tick_params(pad=1)
        axes.set_rlabel_position(22.5)
        axes.yaxis.set_major_locator(MultipleLocator(2))
        axes.grid(lw=0.4)
    sheet.legend(panels)
    words = f"{labels.symbol(ELASTICITY_PLANE_VELOCITY)} in km/s, with the field of the Born charges"
    sheet.note(panels, words)
