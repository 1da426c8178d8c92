"""γ^LL and η over temperature and radius: the phase diagram and its two cuts, which the page's sliders move."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from hpcph.report import embed, gain, style
from hpcph.response.feedback import of_radius, radius_at
from hpcph.result.thermal import (
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_CRITICAL_RADIUS,
    FEEDBACK_GAMMA_LL,
    FEEDBACK_GAMMA_LL_TOTAL,
)
from hpcph.show import doubt

PARTS = ("diagonal", "off_diagonal", "total")
RADII = 96
CONTOURS = {0.1: "dot", 0.5: "dash", 1.0: "solid"}


def table(result: xr.Dataset) -> dict[str, np.ndarray]:
    """temperature (t,) K; radius (r,) m, the stored ones among them; (t, r) diagonal, off_diagonal, total and
    amplification, NaN where supercritical."""
    temperature, stored = result["temperature"].values, result["radius"].values
    between = np.geomspace(stored.min() / 2, 2 * stored.max(), RADII)
    distance = np.abs(np.log(between[:, None] / stored)).min(axis=1)
    radius = np.union1d(between[distance > 0.5 * np.log(between[1] / between[0])], stored)
    found = {"temperature": temperature, "radius": radius}
    for part in PARTS:
        found[part] = of_radius(result[FEEDBACK_GAMMA_LL[part].variable].values[:, 0], stored[0], radius)
        known = np.searchsorted(radius, stored)
        found[part][:, known] = result[FEEDBACK_GAMMA_LL[part].variable].values  # to the last bit
    found["amplification"] = gain.between(result, radius, found["total"])
    found["amplification"][:, known] = result[FEEDBACK_AMPLIFICATION.variable].values
    return found


def errors(result: xr.Dataset) -> dict[str, dict[str, np.ndarray]]:
    """Known errors (t,) of the channels and their sum by source, for the smallest radius; they fall as r⁻² too."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for part in PARTS:
        for source, name in doubt.beside(result, FEEDBACK_GAMMA_LL[part].variable).items():
            found.setdefault(source, {})[part] = result[name].values[:, 0]
    return found


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """The three figures and the tables behind the sliders."""
    found, open_ = table(result), errors(result)
    data: dict = {name: embed.array(found[name], "f8") for name in (*PARTS, "amplification")}
    data["errors"] = [{part: embed.array(error, "f8") for part, error in of.items()} for of in open_.values()]
    data["temperature"] = found["temperature"].tolist()
    data["radius"] = (found["radius"] * 1e9).tolist()
    data["etaErrors"] = [embed.array(error, "f8") for error in gain.errors(result, found["radius"], found).values()]
    data["critical"] = embed.array(result[FEEDBACK_CRITICAL_RADIUS.variable].values * 1e9, "f8")
    data["reference"] = float(result["radius"].values[0]) * 1e9
    stored = np.argmin(np.abs(found["radius"] - result["radius"].values[0]))
    data["start"] = [int(np.argmin(np.abs(found["temperature"] - 300))), int(stored)]
    cuts = {"gamma-t": _cut("T (K)"), "gamma-r": _cut("r (nm)", **style.decades(found["radius"] * 1e9))}
    return {"diagram": _map(result, found, open_)} | cuts, data


def _labels(result: xr.Dataset, found: dict[str, np.ndarray], open_: dict) -> tuple[list[list[str]], list[list[str]]]:
    """γ^LL and η without the digits that are open, (r, t) each, with the sign that stands before them."""
    reference, radius = float(result["radius"].values[0]), found["radius"]
    critical, eta = result[FEEDBACK_CRITICAL_RADIUS.variable].values, found["amplification"]
    spread_eta = list(gain.errors(result, radius, found).values())
    spread = [of_radius(of["total"], reference, radius) for of in open_.values()]

    def equals(text: str) -> str:
        return text if text.startswith("≈") else f"= {text}"

    def said(t: int, r: int) -> str:
        if np.isnan(eta[t, r]):
            return "supercritical" if radius[r] <= critical[t] else "η unknown"
        return f"η {equals(embed.alone(eta[t, r], *(of[t, r] for of in spread_eta)))}"

    every = [range(len(found["temperature"])), range(len(radius))]
    doubts = {(t, r): [error[t, r] for error in spread] for t in every[0] for r in every[1]}
    gamma = [[equals(embed.alone(found["total"][t, r], *doubts[t, r])) for t in every[0]] for r in every[1]]
    return gamma, [[said(t, r) for t in every[0]] for r in every[1]]


def _map(result: xr.Dataset, found: dict[str, np.ndarray], open_: dict) -> go.Figure:
    T, r = found["temperature"], found["radius"] * 1e9
    gamma, eta = _labels(result, found, open_)
    with np.errstate(divide="ignore"):
        z = np.log10(np.abs(found["total"].T))
    heat = go.Heatmap(
        x=T,
        y=r,
        z=z.astype("f4"),
        customdata=gamma,
        text=eta,
        colorscale=style.SEQUENTIAL,
        colorbar={"title": {"text": f"log₁₀ {_size(found['total'])}", "side": "right"}},
        hovertemplate="T = %{x} K<br>r = %{y:.4g} nm<br>γ<sup>LL</sup> %{customdata}<br>%{text}<extra></extra>",
    )
    figure = style.figure(heat, height=460, showlegend=False)
    _supercritical(figure, result, T, r)
    figure.add_traces(_contours(result, T, r))
    figure.add_scatter(
        x=[T[0]], y=[r[0]], mode="markers", hoverinfo="skip",
        marker={"symbol": "cross-open", "size": 14, "color": "white", "line": {"width": 3}},
    )  # fmt: skip
    figure.update_xaxes(title="T (K)", range=[T[0], T[-1]] if len(T) > 1 else None)
    figure.update_yaxes(title="r (nm)", **style.decades(r), range=np.log10(r[[0, -1]]).tolist())
    return figure


def _size(total_tr: np.ndarray) -> str:
    """What the logarithm is of: γ^LL with the sign that it has everywhere."""
    gamma = "γ<sup>LL</sup>"
    return gamma if (total_tr > 0).all() else f"(−{gamma})" if (total_tr < 0).all() else f"|{gamma}|"


def _supercritical(figure: go.Figure, result: xr.Dataset, T: np.ndarray, r: np.ndarray) -> None:
    """Hatched below the critical radius."""
    critical = result[FEEDBACK_CRITICAL_RADIUS.variable].values * 1e9
    if not np.any(critical > r[0]):
        return
    floor = np.where(critical > r[0], critical, r[0])
    unseen = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    low = go.Scatter(x=T, y=np.full(len(T), r[0]), **unseen)
    hatch = {"shape": "/", "bgcolor": "rgba(128,128,128,0.45)", "fgcolor": "white", "size": 9, "solidity": 0.15}
    area = go.Scatter(x=T, y=floor, fill="tonexty", fillpattern=hatch, **unseen)
    figure.add_traces([low, area])
    widest = int(np.argmax(floor))
    anchor = "right" if 2 * widest > len(T) else "left"
    figure.add_annotation(
        x=T[widest], y=np.log10(r[0] * floor[widest]) / 2, text="supercritical", showarrow=False, xanchor=anchor,
        xshift=-10 if anchor == "right" else 10, bgcolor="rgba(255,255,255,0.85)",
        font={"color": "#222222", "size": 14},
    )  # fmt: skip


def _contours(result: xr.Dataset, T: np.ndarray, r: np.ndarray) -> list[go.Scatter]:
    """r(T) at which γ^LL has a value; γ^LL falls as r⁻²."""
    gamma, reference = result[FEEDBACK_GAMMA_LL_TOTAL.variable].values[:, 0], result["radius"].values[0] * 1e9
    lines = []
    for level, dash in CONTOURS.items():
        at = radius_at(level, gamma, reference)
        seen = np.flatnonzero((at > r[0]) & (at < r[-1]))
        if seen.size:
            text = [""] * len(T)
            text[seen[len(seen) * 2 // 3]] = f"{level:g}"
            line = go.Scatter(
                x=T, y=at, mode="lines+text", text=text, textposition="top center",
                line={"color": "white", "width": 2, "dash": dash}, textfont={"color": "white", "size": 14},
                hoverinfo="skip",
            )  # fmt: skip
            lines.append(line)
    return lines


def _cut(title: str, **ticks) -> go.Figure:
    """Empty lines for total, D and OD, which the sliders fill."""
    lines = [
        go.Scatter(x=[], y=[], name=style.NAMES[part], mode="lines", line={"color": colour, "width": 2})
        for part, colour in style.CHANNELS.items()
    ]
    here = go.Scatter(x=[], y=[], mode="markers", marker={"size": 10, "color": style.BLUE}, showlegend=False)
    figure = style.figure(*lines, here, height=330, xaxis={"title": title, **ticks})
    figure.update_traces(hovertemplate="%{x:.4g}: %{text}")
    figure.update_yaxes(title="γ<sup>LL</sup>", exponentformat="power")
    if ticks:
        figure.update_yaxes(type="log", dtick=1)
    return figure
