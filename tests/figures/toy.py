"""A figure of two panels that is no part of the catalogue: what sheets, plots and comparisons do with any."""

import xarray as xr
from matplotlib.lines import Line2D

from hpcph.figures import sheet, style
from hpcph.figures.catalogue import Drawing
from hpcph.figures.sheet import Layout

TOY = "toy"
FLOWING = Layout(7.0, 3.0, 1, 2, flows=True, options={"width_ratios": [2, 1], "sharex": True})
OVERLAID = Layout(7.0, 3.0, 1, 2, overlaid=True)


def layout(result: xr.Dataset) -> Layout:
    """As the result says."""
    return {"flowing": FLOWING, "overlaid": OVERLAID}[result.attrs.get("toy", "flowing")]


def draw(result: xr.Dataset, axes: sheet.Panels) -> None:
    """A solid and a dashed line in each panel, a line across, a legend, small print."""
    scale = float(result.attrs.get("scale", 1.0))
    for i, one in enumerate(axes):
        one.plot([0, 1], [0, scale], color="C0")
        one.plot([0, 1], [scale, 0], color="C1", ls="--")
        one.axhline(0, color="0.6")
        one.set(title=f"panel {i}", xlabel="time (s)", ylabel=f"height ({result.attrs.get('unit', 'm')})")
        if result.attrs.get("from_zero"):
            one.set_ylim(bottom=0)
        if result.attrs.get("forbidden"):
            style.forbidden(one)
    image = axes[-1].scatter([0, 1], [0, 1], c=[-scale, scale], vmin=-scale, vmax=scale, cmap=style.SIGNED)
    if result.attrs.get("toy") != "overlaid":
        sheet.colours(axes, image, "height (m)")
    sheet.legend(
        axes, [Line2D([], [], color="C0", label="rising"), Line2D([], [], color="C1", ls="--", label="falling")]
    )
    sheet.note(axes, "both lines are straight", result.attrs.get("note", ""))


def drawing() -> Drawing:
    """Its entry."""
    return Drawing(TOY, layout, draw, ())


def toys(_) -> list[Drawing]:
    """A catalogue of it alone."""
    return [drawing()]
