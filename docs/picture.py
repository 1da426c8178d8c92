"""docs/_static/picture.png, of README and front page: modes of the embedded α-quartz, and the orbits of one."""

import contextlib
import io
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

import hpcph
from hpcph.figures import dispersion, legs, orbits, sheet, structure, style
from hpcph.response.sample import frame
from hpcph.result.modes import BANDS_POLARIZATION, BANDS_POLARIZATION_CIRCULAR
from hpcph.show import axis, units

PICTURE = Path(__file__).parent / "_static/picture.png"
ORBIT = [0, 0, 0.091]
INPUT = {
    "crystal": {"force_constants": hpcph.embedded().parent / "quartz/phonopy_params.yaml.xz"},
    "bands": {"path": "M-Γ-A", "points": 121},
    "orbits": {"q": ORBIT},
}
HIGHEST = 10  # THz; there are modes up to 37
DPI = 150


def drawn(result: xr.Dataset) -> Figure:
    """The dispersion coloured by l along the axis; beside it the orbits of the lowest mode, the axis at the viewer."""
    figure = sheet.blank(8.6, 3.9)
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    values = axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION)
    lines = dispersion.whole_path(left, result, values)
    left.set_ylim(0, HIGHEST)
    dispersion.bar(left, lines, dispersion.polarized(result, "angular momentum of a phonon"), values)
    mode = orbits.chosen(result, np.array(ORBIT), 1)
    start, end = result["distance"].values[legs.nearest_axis(result).points][[0, -1]]
    place = start + (end - start) * ORBIT[2] / 0.5  # A is ½ c*
    left.plot(place, mode.frequency / 1e12, "o", ms=9, mfc="none", mec="black", zorder=4)
    n = axis.unit(result)
    orbits.picture(right, mode, structure.cell(mode, units.length(result)), np.array(frame(n)), n)
    right.set_title(f"the circled mode, at {ORBIT[2]} $c$*: orbits of the ions, seen along $c$")
    return figure


def main() -> None:
    """Compute, draw, write."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        result = hpcph.run(INPUT, folder)
        with matplotlib.rc_context(style.RC):
            figure = drawn(result)
            PICTURE.parent.mkdir(exist_ok=True)
            figure.savefig(PICTURE, dpi=DPI)
        result.close()


if __name__ == "__main__":
    main()
