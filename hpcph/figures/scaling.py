"""Figure of a scaling study: speed-up and efficiency, measured, fitted and extrapolated."""

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = {"strong": "#1f5fa8", "weak": "#c2571a"}
MARKS = {"strong": "o", "weak": "s"}


def draw(rows: list[dict], curve: dict[str, np.ndarray] | None, stem: Path) -> list[Path]:
    """Speed-up (rate over that of one rank) and efficiency against ranks, as PDF and PNG.

    rows : table of hpcph.cost.scaling; curve : ranks and efficiency of the fitted model for the input, or None
    """
    with plt.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "pdf.fonttype": 42}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 3.0), layout="constrained")
        last = max([row["ranks"] for row in rows] + ([int(curve["ranks"][-1])] if curve else []))
        for axes in (left, right):
            axes.set_xscale("log", base=2)
            axes.set_xlabel("ranks")
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        left.set_yscale("log", base=2)
        left.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        left.set_ylabel("speed-up")
        right.set_ylabel("efficiency")
        left.plot([1, last], [1, last], color="0.7", lw=0.8, label="ideal")
        right.axhline(1, color="0.7", lw=0.8)
        if curve:
            left.plot(curve["ranks"], curve["ranks"] * curve["efficiency"], "--", color=COLOURS["strong"], lw=1)
            right.plot(curve["ranks"], curve["efficiency"], "--", color=COLOURS["strong"], lw=1, label="model, strong")
        for kind, colour in COLOURS.items():
            for crowded, face in ((False, colour), (True, "none")):
                some = [row for row in rows if row["kind"] == kind and row["crowded"] == crowded]
                n = np.array([row["ranks"] for row in some])
                e = np.array([row["efficiency"] for row in some])
                label = kind + (", ranks share cores" if crowded else "") if some else None
                style = {"marker": MARKS[kind], "ms": 5, "ls": "", "mec": colour, "mfc": face}
                left.plot(n, n * e, label=label, **style)
                right.plot(n, e, label=label, **style)
        right.set_ylim(0, max(1.1, *(1.05 * row["efficiency"] for row in rows)))
        left.legend(frameon=False, fontsize=8)
        right.legend(frameon=False, fontsize=8)
        paths = [stem.with_suffix(suffix) for suffix in (".pdf", ".png")]
        for path in paths:
            figure.savefig(path, dpi=200)
        plt.close(figure)
    return paths
