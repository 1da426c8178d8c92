"""Style sheets of Matplotlib, read and never executed: colours, fonts and lines of figures, and nothing else of it.

Matplotlib's own reading evaluates the text of a cycle, and some of its settings name programs to run, code to load or
folders to write to.
"""

import ast
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import rcsetup, style

from hpcph.errors import InputError, beside, did_you_mean

OPTION = "--style"
MOST_BYTES, MOST_ENTRIES = 1 << 16, 100
LARGEST = 1000.0  # of any number
FONT, SMALLEST_FONT, LARGEST_FONT = re.compile(r"font\.size|(?:font|label|title)size$"), 1, 100  # points
LOOKS = (
    "axes.", "contour.", "errorbar.", "font.", "grid.", "hatch.", "image.cmap", "image.interpolation", "legend.",
    "lines.", "markers.", "mathtext.", "patch.", "pdf.fonttype", "polaraxes.", "savefig.edgecolor", "savefig.facecolor",
    "savefig.transparent", "scatter.", "svg.fonttype", "text.antialiased", "text.color", "xaxis.", "xtick.", "yaxis.",
    "ytick.", "figure.edgecolor", "figure.facecolor", "figure.label", "figure.title",
)  # fmt: skip
OTHERS = (  # harmless, but of sheets, which have their own sizes, and of what hpcph does not draw
    "axes3d.", "boxplot.", "date.", "figure.autolayout", "figure.constrained_layout.", "figure.dpi", "figure.figsize",
    "figure.frameon", "figure.subplot.", "hist.", "image.", "path.", "pcolor.", "pcolormesh.", "savefig.bbox",
    "savefig.dpi", "savefig.format", "savefig.orientation", "savefig.pad_inches", "text.hinting", "text.kerning_factor",
)  # fmt: skip
CYCLED = ("color", "linestyle", "linewidth", "marker")
CYCLE = "axes.prop_cycle"


def read(named: str) -> dict[Any, Any]:
    """Settings of a style sheet, a file or one that Matplotlib brings by name.

    Raises InputError where there is none, or where it says what is no look of figures.
    """
    path = Path(named)
    if named in style.library and path.suffix != ".mplstyle":
        return {key: value for key, value in style.library[named].items() if key.startswith(LOOKS)}
    settings: dict[Any, Any] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        where = f"{named}, line {number}"
        words = _without_comment(line)
        if not words:
            continue
        key, colon, text = (part.strip() for part in words.partition(":"))
        if not colon:
            raise InputError(OPTION, where, "give `key: value`")
        if key in settings:
            raise InputError(OPTION, where, f"{key} stands there twice; leave one out")
        value = _value(where, key, text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text)
        if key.startswith(LOOKS):
            settings[key] = value
    return settings


def _text(path: Path) -> str:
    try:
        if not path.exists():
            known = did_you_mean(str(path), style.available) or beside(path)
            raise InputError(OPTION, path, f"is neither a file nor a style of Matplotlib{known}")
        if not path.is_file():  # a pipe would keep the command waiting
            raise InputError(OPTION, path, "is no file; give a style sheet, such as paper.mplstyle")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode()
    except (OSError, ValueError) as err:
        said = err.strerror if isinstance(err, OSError) and err.strerror else "is no text"
        raise InputError(OPTION, path, f"cannot be read ({said})") from err
    if len(data) > MOST_BYTES:
        raise InputError(OPTION, path, f"is larger than {MOST_BYTES >> 10} kB, which is no style sheet")
    return text


def _without_comment(line: str) -> str:
    """Up to the first # that is not in quotes."""
    found = re.match(r"""(?:[^"'#]|"[^"]*"|'[^']*')*""", line)
    return found.group().strip() if found else ""


def _value(where: str, key: str, text: str) -> Any:
    if key not in rcsetup._validators:  # type: ignore[attr-defined]
        raise InputError(OPTION, where, f"Matplotlib has no setting {key}{did_you_mean(key, matplotlib.rcParams)}")
    if not key.startswith((*LOOKS, *OTHERS)):
        raise InputError(OPTION, where, f"{key} is no look of figures; leave it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of settings that are going away
            checked: dict[Any, Any] = matplotlib.RcParams({key: _cycle(text) if key == CYCLE else text})
            value = checked[key]
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError, Warning) as err:
        reason = " ".join(str(err).split())[:100]
        raise InputError(OPTION, where, f"{key} cannot be {text[:40]!r} ({reason})") from err
    numbers = np.array([n for n in np.ravel(np.array(value, dtype=object)) if type(n) in (int, float)])
    low, high = (SMALLEST_FONT, LARGEST_FONT) if FONT.search(key) else (-LARGEST, LARGEST)
    if not np.all((numbers >= low) & (numbers <= high)):
        raise InputError(OPTION, where, f"{key} must be from {low:g} to {high:g}")
    return value


def _cycle(text: str) -> Any:
    """`cycler(color=["C0", …])` and sums and products of such, read as a tree. Raises ValueError where it is none."""
    found = _cycled(ast.parse(text.strip(), mode="eval").body)
    if not 1 <= len(found) <= MOST_ENTRIES:
        raise ValueError(f"give 1 to {MOST_ENTRIES} entries")
    return found


def _cycled(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)):
        left, right = _cycled(node.left), _cycled(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if len(left) * len(right) > MOST_ENTRIES:
            raise ValueError(f"give 1 to {MOST_ENTRIES} entries")
        return left * right
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cycler"):
        raise ValueError("give cycler(color=[…]), of lists alone")
    named: dict[Any, Any] = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
    if len(node.args) == 2:
        named[ast.literal_eval(node.args[0])] = ast.literal_eval(node.args[1])
    if len(node.args) not in (0, 2) or not named or not set(named) <= set(CYCLED):
        raise ValueError(f"give lists of {', '.join(CYCLED)}")
    if not all(isinstance(values, (list, tuple)) for values in named.values()):
        raise ValueError("give lists")
    return rcsetup.cycler(**named)
