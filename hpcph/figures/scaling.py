"""Figure of a scaling study: speed-up and efficiency, measured, fitted and extrapolated."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import FuncFormatter

from hpcph.figures import sheet, style
from hpcph.show import palette

COLOURS = {"strong": palette.BLUE, "weak": palette.VERMILION}
MARKS = {"strong": "o", "weak": "s"}


def draw(rows: list[dict], curve: dict[str, np.ndarray] | None, stem: Path) -> list[Path]:
    """Speed-up (rate over that of one rank) and efficiency against ranks, as PDF and PNG.

    rows : table of hpcph.cost.scaling; curve : ranks and efficiency of the fitted model for the input, or None
    """
    page = sheet.blank(sheet.WIDTH, 3.0)
    with page.styled():
        left, right = page.subplots(1, 2)
        last = max([row["ranks"] for row in rows] + ([int(curve["ranks"][-1])] if curve else []))
        plain = FuncFormatter(lambda value, _: f"{value:g}")
        for axes in (left, right):
            axes.set_xscale("log", base=2)
            axes.set_xlabel("ranks")
            axes.xaxis.set_major_formatter(plain)
        left.set_yscale("log", base=2)
        left.yaxis.set_major_formatter(plain)
        left.set_ylabel("speed-up")
        right.set_ylabel("efficiency")
        left.plot([1, last], [1, last], color="0.7", lw=0.8, label="ideal")
        right.axhline(1, color="0.7", lw=0.8)
        if curve:
            look = {"color": COLOURS["strong"], "lw": 1, "ls": "--", "label": "model, strong"}
            left.plot(curve["ranks"], curve["ranks"] * curve["efficiency"], **look)
            right.plot(curve["ranks"], curve["efficiency"], **look)
        for kind, colour in COLOURS.items():
            for crowded, face in ((False, colour), (True, "none")):
                some = [row for row in rows if row["kind"] == kind and row["crowded"] == crowded]
                n = np.array([row["ranks"] for row in some])
                e = np.array([row["efficiency"] for row in some])
                label = kind + (", ranks share cores" if crowded else "") if some else None
                points = {"marker": MARKS[kind], "ms": 4, "ls": "", "mec": colour, "mfc": face}
                left.plot(n, n * e, label=label, **points)
                right.plot(n, e, label=label, **points)
        right.set_ylim(0, max(1.1, *(1.05 * row["efficiency"] for row in rows)))
        sheet.legend(left)
    return style.save(page, stem.parent, stem.name)
