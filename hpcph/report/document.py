"""Pages from templates: markup is escaped, sources are put in whole, and the file is there at once."""

from importlib.resources import files
from pathlib import Path

import jinja2
import plotly.io
from markupsafe import Markup

from hpcph.disk.draft import draft
from hpcph.errors import InputError
from hpcph.report import style

SIGNED = {"white": style.SIGNED, "dark": style.SIGNED_DARK}


def environment(package: str) -> jinja2.Environment:
    """Of the templates of a package; whatever is put in is text, and what is not there is a mistake."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader(package), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":"), "ensure_ascii": False}
    return found


def sources(package: str, *names: str) -> Markup:
    """Styles or scripts among the templates of a package, one after the other."""
    return Markup("\n".join((files(package) / "templates" / name).read_text("utf-8") for name in names))


def themes() -> dict[str, dict]:
    """plotly's layouts of the light and the dark page, in which scales of both signs end in what is seen on them."""
    return {name: {"layout": _layout(name, colours)} for name, colours in SIGNED.items()}


def _layout(name: str, colours: list[str]) -> dict:
    layout = plotly.io.templates[f"plotly_{name}"].layout.to_plotly_json()
    scale = layout["colorscale"] | {"diverging": style.steps(colours)}
    return layout | {"colorscale": scale, "colorway": [style.INK[name], *style.SERIES]}


def write(text: str, final: Path) -> None:
    """A page as a file, at once. Raises InputError where it cannot be written."""
    try:
        with draft(final) as temporary:
            temporary.write_text(text, encoding="utf-8", errors="replace")
    except OSError as err:
        raise InputError("--output", final, f"cannot be written ({err.strerror}); name another file") from err
