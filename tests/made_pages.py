"""Pages of the documentation of which programs write a part: what stands between two marks is made, the rest is not.

A part begins with `<!-- made: NAME -->` and ends with `<!-- end of NAME -->`. `make docs` fills all of them.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SYMBOL = re.compile(r"([γχ])\^(?:([A-Za-z]+)|\{([A-Z,]+)\})(?:_([a-z]+))?")
GREEK = {"γ": r"\gamma", "χ": r"\chi"}
PART = re.compile(r"(<!-- made: (?P<name>\S+) -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL)


def filled(page: Path, parts: Mapping[str, str]) -> str:
    """The text of a page with these parts in it.

    Raises ValueError where the page has other marks than the parts have names: nothing is left out, nothing stays old.
    """
    text = page.read_text(encoding="utf-8")
    marked = [found["name"] for found in PART.finditer(text)]
    if sorted(marked) != sorted(parts):
        raise ValueError(f"{page.name}: marks {sorted(set(marked) ^ set(parts))} without parts or parts without marks")
    return PART.sub(lambda found: f"{found[1]}\n{parts[found['name']].strip()}\n\n{found[3]}", text)


def fill(page: Path, parts: Mapping[str, str]) -> None:
    """Write these parts into a page."""
    page.write_text(filled(page, parts), encoding="utf-8")


def typeset(text: str) -> str:
    """Symbols as formulas: γ^NL as $\\gamma^{\\mathrm{NL}}$."""

    def formula(found: re.Match) -> str:
        below = f"_{{{found[4]}}}" if found[4] else ""
        return rf"${GREEK[found[1]]}^{{\mathrm{{{found[2] or found[3]}}}}}{below}$"

    return SYMBOL.sub(formula, text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Markdown's table; bars in cells are escaped, symbols set as formulas."""
    lines = [list(head), *map(list, rows)]
    texts = [" | ".join(typeset(cell.replace("|", "\\|")) for cell in line) for line in lines]
    return "\n".join(f"| {text} |" for text in [texts[0], " | ".join(["---"] * len(lines[0])), *texts[1:]])
