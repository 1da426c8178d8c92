"""A finite sample under a laser: what it does as a whole, maps on the plane through its axis, its field outside."""

import re

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from markupsafe import Markup

from hpcph.report import embed, style
from hpcph.report.embed import number
from hpcph.report.summary import GAMMA_LL, Facts, amplification
from hpcph.result.quantity import Quantity
from hpcph.result.sample import (
    SAMPLE_AMPLIFICATION,
    SAMPLE_CRITICAL_RADIUS,
    SAMPLE_DENSITIES,
    SAMPLE_EIGENVALUE,
    SAMPLE_GAMMA_LL,
    SAMPLE_GAMMA_LL_DIAGONAL,
    SAMPLE_GAMMA_LL_OFF_DIAGONAL,
    SAMPLE_MAGNETIZATION,
    SAMPLE_MOMENT,
    SAMPLE_MOMENT_WITHOUT_FEEDBACK,
    SAMPLE_PAM,
    SAMPLE_PAM_DENSITY,
    SAMPLE_PAM_WITHOUT_FEEDBACK,
    SAMPLE_ROTATION,
    SAMPLE_STRAY_FIELD,
    SAMPLE_THRESHOLD_POWER,
    SAMPLE_TORQUE,
)
from hpcph.show import cut, doubt
from hpcph.show.numbers import SOURCES

BUDGET = 700_000  # bytes of nodes
FEW = 33  # nodes across a narrow plane that are kept however long it is
SIDES = ("with", "without")  # feedback, in the names of the buttons
WHOLE = {  # what the errors of densities are known of, with feedback and without
    SAMPLE_PAM_DENSITY: (SAMPLE_PAM, SAMPLE_PAM_WITHOUT_FEEDBACK),
    SAMPLE_MAGNETIZATION: (SAMPLE_MOMENT, SAMPLE_MOMENT_WITHOUT_FEEDBACK),
}
SPOKEN = {
    SAMPLE_PAM_DENSITY: ("⟨L<sub>z</sub>⟩/V", "Angular momentum per volume"),
    SAMPLE_MAGNETIZATION: ("M<sub>z</sub>", "Magnetization"),
}
FACES = ("sample_bottom", "sample_side", "sample_top")  # attributes
DIGITS = 6  # of what is read off a map, at most


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """Empty maps and the values for their buttons, with feedback where it has a solution; the field on the axis."""
    densities = [density for density in SAMPLE_DENSITIES if density.variable in result]
    sides = [side for side in SIDES if side == "without" or cut.has_feedback(result)]
    stored = result.sizes["z"], result.sizes["x"]
    kept = _kept(*stored, BUDGET // (4 * (1 + len(densities) * len(sides))))
    plane = cut.plane(result)
    temperature, base = cut.temperature(result)
    title = f"T − {base:.7g} K" if base else "T"
    heat = {"without": _packed(temperature, kept) | {"digits": _warmth(result, base)}}
    maps: dict = {"temperature": {"symbol": title, "words": "Temperature", "unit": "K", "values": heat}}
    for density in densities:
        stored_as = dict(zip(SIDES, (density, SAMPLE_DENSITIES[density]), strict=True))
        digits = dict(zip(SIDES, (_digits(result, whole) for whole in WHOLE[density]), strict=True))
        packed = {
            side: _packed(cut.middle(result, stored_as[side].variable)[..., cut.ALONG], kept) | {"digits": digits[side]}
            for side in sides
        }
        symbol, words = SPOKEN[density]
        maps[density.name] = {"symbol": symbol, "words": words, "unit": embed.unit(density.unit), "values": packed}
    hottest = np.unravel_index(np.argmax(_half(temperature, kept)), tuple(map(len, kept)))
    data = {
        "x": embed.array(plane.x[-stored[1] :][kept[1]], "f8"),
        "z": embed.array(plane.z[kept[0]], "f8"),
        "mirrored": cut.is_round(result),
        "units": [plane.across, plane.along],
        "to_scale": plane.aspect == "equal",
        "sides": sides,
        "maps": maps,
        "start": [int(i) for i in hottest],
        "stored": list(stored),
        "embedded": list(map(len, kept)),
        "errors": {
            density.name: {side: _shares(result, whole) for side, whole in zip(SIDES, WHOLE[density], strict=True)}
            for density in densities
        },
    }
    figures = {f"sample-{name}": _map(plane) for name in maps}
    if SAMPLE_STRAY_FIELD.variable in result and cut.has_feedback(result):
        figures["sample-stray"] = _stray(result)
    return figures, data


def _errors(result: xr.Dataset, quantity: Quantity) -> list[float]:
    """Known ones of a number of the sample, of vectors of the component along the axis."""
    beside = doubt.beside(result, quantity.variable).values()
    return [float(np.ravel(result[variable].values)[-1]) for variable in beside]


def _shares(result: xr.Dataset, whole: Quantity) -> list[tuple[str, float]]:
    """Known errors of a whole over it, with their sources: what is known of those of its density."""
    value = abs(float(np.ravel(result[whole.variable].values)[-1]))
    sources = doubt.beside(result, whole.variable)
    return [] if not value > 0 else list(zip(sources, (e / value for e in _errors(result, whole)), strict=True))


def _digits(result: xr.Dataset, whole: Quantity) -> int:
    """Digits of a density that its relative error leaves, taken as that of the whole."""
    return _left(float(np.ravel(result[whole.variable].values)[-1]), _errors(result, whole))


def _warmth(result: xr.Dataset, base: float) -> int:
    """Digits of the hottest temperature above a base."""
    return _left(float(result.attrs["sample_hottest"]) - base, _hottest_errors(result))


def _left(value: float, errors: list[float]) -> int:
    worst = max(errors, default=0.0)
    if not (worst > 0 and np.isfinite(value)):
        return DIGITS
    return int(np.clip(1 - np.round(np.log10(worst / abs(value))), 1, DIGITS)) if value else 1


def _hottest_errors(result: xr.Dataset) -> list[float]:
    names = [f"sample_hottest_{kind}" for kind in SOURCES]
    return [float(result.attrs[name]) for name in names if name in result.attrs]


def _kept(rows: int, columns: int, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced rows and columns, first and last among them, whose nodes are no more than there is room for."""
    narrow = min(rows, columns)
    few = min(narrow, max(FEW, int(narrow * np.sqrt(min(1, room / (rows * columns))))))

    def spread(nodes: int) -> np.ndarray:
        count = few if nodes == narrow else min(nodes, room // few)
        return np.linspace(0, nodes - 1, count).round().astype(int)

    return spread(rows), spread(columns)


def _half(values_zx: np.ndarray, kept: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Kept nodes; of a cylinder those of x ≥ 0, the other half is their mirror image."""
    columns = values_zx.shape[1]
    return values_zx[np.ix_(kept[0], columns - 1 - kept[1][-1] + kept[1])]


def _packed(values_zx: np.ndarray, kept: tuple[np.ndarray, np.ndarray]) -> dict:
    """Values over their largest, which 4 bytes hold whatever its size, and their colours."""
    values = _half(values_zx, kept)
    largest = float(np.abs(values).max()) or 1.0
    low, high = float(values.min()), float(values.max())
    return {"largest": largest, "values": embed.array(values / largest, "f4"), "colours": _colours(low, high)}


def _colours(low: float, high: float) -> dict:
    """Colours of both signs, light at zero; of one sign from the least to the largest."""
    if low < 0 < high:
        return {"zmin": low, "zmax": high, "colorscale": style.steps(style.SIGNED_AREA, -low / (high - low))}
    return {"zmin": low, "zmax": high, "colorscale": style.SEQUENTIAL}


def _map(plane: cut.Plane) -> go.Figure:
    bar = {"orientation": "h", "y": -0.14, "yanchor": "top", "thickness": 14, "exponentformat": "power", "nticks": 5}
    figure = style.figure(go.Heatmap(x=[], y=[], z=[], colorbar=bar), height=560, showlegend=False)
    figure.update_layout(margin={"l": 60, "r": 20, "t": 36, "b": 120})
    figure.update_xaxes(title=f"x ({plane.across})", range=plane.x[[0, -1]].tolist())
    figure.update_yaxes(title=f"z ({plane.along})", range=plane.z[[0, -1]].tolist())
    if plane.aspect == "equal":
        figure.update_yaxes(scaleanchor="x")
    figure.update_xaxes(zeroline=False, showgrid=False, constrain="domain")
    figure.update_yaxes(zeroline=False, showgrid=False, constrain="domain")
    return figure


def _stray(result: xr.Dataset) -> go.Figure:
    """B_z on the axis against the distance from the nearer face."""
    sides, length = cut.outside(result)
    error = _errors(result, SAMPLE_MOMENT)
    moment = abs(float(np.ravel(result[SAMPLE_MOMENT.variable].values)[-1])) or 1.0
    shown = style.Shown.of(np.concatenate([field for *_, field in sides]), SAMPLE_STRAY_FIELD.unit)
    figure = style.figure(height=560)
    for (name, away, field), colour in zip(sides, (style.VERMILION, style.BLUE), strict=True):
        text = [embed.alone(B, *(abs(B) * of / moment for of in error)) for B in field]
        figure.add_scatter(
            x=away, y=shown.factor * field, customdata=field, text=text, name=name, mode="lines+markers",
            line={"color": colour, "width": 2}, hovertemplate=f"%{{x:.4g}} {length}: %{{text}} T",
        )  # fmt: skip
    figure.update_xaxes(
        title=f"distance from the face ({length})", **style.decades(np.concatenate([away for _, away, _ in sides]))
    )
    figure.update_yaxes(title=shown.title("B<sub>z</sub>"), **shown.axis)
    return figure


def set_up(result: xr.Dataset) -> Facts:
    """What the sample is and what is done to it."""
    given = result.attrs
    x, y, z = (result[name].values for name in "xyz")
    cells = " × ".join(str(len(of) - 1) for of in (x, y, z) if len(of) > 1)
    if cut.is_round(result):
        size = f"radius {_length(x[-1])}, height {_length(z[-1])}"
    else:
        size = " × ".join(_length(float(np.ptp(of))) for of in (x, y, z))
    spot = "even" if given["sample_spot"] == "uniform" else f"spot of radius {given['sample_spot']}"
    depth = float(given["sample_depth"])
    within = f"1/e of it left at a depth of {_length(depth)}" if depth else "absorbed by the top"
    power, leaving = float(given["sample_power"]), float(given["sample_power_leaving"])
    return [
        ("shape", f"{given['sample_shape']}, {size}, {cells} cells"),
        ("absorbed power", number(power, of="W")),
        ("light", f"{spot}, {within}"),
        *((face.removeprefix("sample_"), _bath(str(given[face]))) for face in FACES),
        ("coldest, hottest", f"{float(given['sample_coldest']):.6g} K, {_hottest(result)}"),
        ("energy balance", f"{number(float(f'{abs(leaving / power - 1):.1e}'))} of the power"),
        ("modulation, for the torque", number(float(given["sample_modulation"]), of="Hz")),
    ]


def _hottest(result: xr.Dataset) -> str:
    hottest, errors = float(result.attrs["sample_hottest"]), _hottest_errors(result)
    return number(hottest, *errors, of="K") if errors else f"{hottest:.6g} K"


def response(result: xr.Dataset) -> Facts:
    """What it does as a whole, along the axis, with its errors."""

    def of(quantity: Quantity) -> str:
        unit = "" if quantity.unit == "1" else quantity.unit
        return number(float(np.ravel(result[quantity.variable].values)[-1]), *_errors(result, quantity), of=unit)

    scale, solved = float(result.attrs["feedback_scale"]), cut.has_feedback(result)
    gamma = [float(result[SAMPLE_GAMMA_LL.variable]), *_errors(result, SAMPLE_GAMMA_LL)]
    eta = amplification(float(result[SAMPLE_AMPLIFICATION.variable]), *_errors(result, SAMPLE_AMPLIFICATION))
    facts: Facts = [
        (Markup("{} of the sample").format(GAMMA_LL), number(*gamma)),
        ("D part, OD part", f"{of(SAMPLE_GAMMA_LL_DIAGONAL)}, {of(SAMPLE_GAMMA_LL_OFF_DIAGONAL)}"),
        ("largest eigenvalue of Γ", of(SAMPLE_EIGENVALUE) if SAMPLE_EIGENVALUE.variable in result else "–"),
        ("amplification η", eta if solved else "supercritical: no linear response"),
        ("scale of the feedback", number(scale)),
        ("threshold power", _threshold(result)),
        ("critical radius", _critical(result)),
        ("L without feedback", of(SAMPLE_PAM_WITHOUT_FEEDBACK)),
        ("L with feedback", of(SAMPLE_PAM)),
        ("rotation, set free", of(SAMPLE_ROTATION)),
        ("torque", f"{of(SAMPLE_TORQUE)} at {number(float(result.attrs['sample_modulation']), of='Hz')}"),
    ]
    if scale != 1:
        text = Markup("<strong>{} without scale, first principles</strong>").format(GAMMA_LL)
        facts.insert(1, (text, Markup("<strong>{}</strong>").format(number(*(value / scale for value in gamma)))))
    if SAMPLE_MOMENT.variable in result:
        facts.append(("magnetic moment without feedback", of(SAMPLE_MOMENT_WITHOUT_FEEDBACK)))
        facts.append(("magnetic moment with feedback", of(SAMPLE_MOMENT)))
    return facts


def _critical(result: xr.Dataset) -> str:
    critical = float(result[SAMPLE_CRITICAL_RADIUS.variable])
    if not np.isfinite(critical):
        return "none: feedback screens"
    factor, unit = cut.length_unit(critical)
    return number(critical / factor, *(error / factor for error in _errors(result, SAMPLE_CRITICAL_RADIUS)), of=unit)


def _threshold(result: xr.Dataset) -> str:
    if SAMPLE_THRESHOLD_POWER.variable not in result:
        return "not looked for"
    power = float(result[SAMPLE_THRESHOLD_POWER.variable])
    if not np.isfinite(power):
        return "none within the temperatures of the run"
    return number(power, *_errors(result, SAMPLE_THRESHOLD_POWER), of="W")


def _bath(text: str) -> str:
    """`290 K, 1e+07 W m-2 K-1` as it is written elsewhere."""
    return embed.unit(re.sub(r"\d\S*e\S+", lambda found: number(float(found.group())), text))


def place(result: xr.Dataset) -> str:
    """Which plane the maps show: cuboids with an odd number of cells have no nodes on their axis."""
    y = float(result["y"].values[result.sizes["y"] // 2])
    return f"beside the axis, y = {_length(y)}" if y else "through the axis"


def _length(length: float) -> str:
    factor, unit = cut.length_unit(length)
    return f"{number(length / factor)} {unit}"
