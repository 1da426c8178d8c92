"""Pages of the site as text, and the blocks with a fence that they have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
OPENS = re.compile(r"\s*(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>[^`]*)")
OPTION = re.compile(r":(?P<key>[\w-]+):\s*(?P<value>.*)")
CODE = {"code-block", "code", "sourcecode"}  # directives whose argument is a language


@dataclass(frozen=True)
class Block:
    """directive : its name, empty of plain fences; language : of code; classes, text : without options."""

    page: Path
    line: int
    directive: str
    language: str
    classes: frozenset[str]
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def name(page: Path) -> str:
    """Of a page below docs/, or of the README."""
    return page.relative_to(DOCS if DOCS in page.parents else ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """All of them, those within others too."""
    return list(_within(page, page.read_text(encoding="utf-8").splitlines(), 1))


def _within(page: Path, lines: list[str], first: int) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        opening = OPENS.fullmatch(lines[at])
        if not opening or (not opening["info"].strip() and opening["fence"][0] == ":"):
            at += 1
            continue
        fence, info = opening["fence"], opening["info"].strip()
        closing = re.compile(rf"\s*{fence[0]}{{{len(fence)},}}\s*")
        end = next((i for i in range(at + 1, len(lines)) if closing.fullmatch(lines[i])), None)
        assert end is not None, f"{name(page)}:{first + at}: no end"
        inside, options = lines[at + 1 : end], {}
        while inside and (option := OPTION.fullmatch(inside[0].strip())):
            options[option["key"]] = option["value"]
            inside = inside[1:]
        directive, argument = re.fullmatch(r"(?:\{([\w:-]+)\})?\s*(.*)", info).groups()
        language = argument if directive in CODE or not directive else ""
        classes = frozenset(options.get("class", "").split())
        yield Block(page, first + at, directive or "", language, classes, "\n".join(inside))
        if directive and directive not in CODE | {"code-cell"}:
            yield from _within(page, inside, first + end - len(inside))
        at = end + 1
