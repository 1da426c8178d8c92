"""docs/about/accuracy.md and speed.md: tables of what benchmarks measured, from docs/measured and kept by nobody.

make docs
"""

import math
import re
from typing import Any

import made_pages
from benchmarks import measured

PAGES = (made_pages.DOCS / "about/accuracy.md", made_pages.DOCS / "about/speed.md")


def written(value: Any) -> str:
    """A number as a reader sees it: 2.8, 0.91, −13."""
    text = f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
    return re.sub("^-", "−", text)


def column(name: str, values: list[Any]) -> list[str]:
    """Head and cells; a power of ten that numbers have in common stands in the head."""
    numbers = [value for value in values if isinstance(value, float) and value]
    power = max((math.floor(math.log10(abs(value))) for value in numbers), default=0)
    if power in range(-3, 6):
        return [name, *map(written, values)]
    digits = max(len(f"{value:e}".partition("e")[0].strip("-0").replace(".", "")) for value in numbers)
    scaled = [f"{value / 10.0**power:#.{digits}g}" if isinstance(value, float) else value for value in values]
    return [f"{name} (1e{power})", *map(written, scaled)]


def origin(run: dict[str, Any]) -> str:
    """A line under a table."""
    versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items() if name != "kernels")
    note = run.get("remark", "")
    kernels = f"; {run['versions']['kernels']}" if "kernels" in run["versions"] else ""
    return (
        f"Measured on {run['date']}, {run['machine']}, commit {run['commit']}"
        f"{f' ({versions}{kernels})' if versions else ''}: `{run['command']}`{f' ({note})' if note else ''}."
    )


def part(name: str) -> str:
    """The table of a file of measured rows, and where they come from."""
    runs = measured.read(name)
    rows = [row for run in runs for row in run["rows"]]
    names = list(dict.fromkeys(column for row in rows for column in row))
    columns = [column(name, [row.get(name) for row in rows]) for name in names]
    told = [f"{name}: {texts[0]}." for name, *texts in columns if _is_one(texts)]
    head, *lines = zip(*(one for one in columns if not _is_one(one[1:])), strict=True)
    return "\n\n".join([*told, made_pages.table(head, lines), *dict.fromkeys(map(origin, runs))])


def _is_one(texts: list[str]) -> bool:
    """Does a long table need no column for what is the same in all of its rows?"""
    return len(texts) > 3 and len(set(texts)) == 1


def parts(text: str) -> dict[str, str]:
    """All tables that a page has marks for."""
    return {found["name"]: part(found["name"]) for found in made_pages.PART.finditer(text)}


if __name__ == "__main__":
    for page in PAGES:
        made_pages.fill(page, parts(page.read_text(encoding="utf-8")))
