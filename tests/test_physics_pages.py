"""What the pages on physics name exists: modules, datasets, files, references. Sphinx checks links and citations."""

import re
from pathlib import Path

import pytest

from hpcph.result.catalogue import quantities, sections

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs/physics").glob("*.md"))


def marked(text: str, pattern: str) -> set[str]:
    """What stands in backticks and looks like this."""
    return set(re.findall(rf"`({pattern})`", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_names(page):
    """Modules, datasets or their sections, inputs and tests that a page names are there."""
    text = page.read_text(encoding="utf-8")
    known = {quantity.path for quantity in quantities()} | {f"/{name.strip('/')}" for name in sections()}
    modules = marked(text, r"hpcph\.[a-z0-9_.]+")
    assert not {name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").is_file()}
    assert not {path for path in marked(text, r"/[a-z][a-z_/]+") if path not in known}
    assert not {path for path in marked(text, r"(?:inputs|tests)/[a-z0-9_/.]+") if not (ROOT / path).is_file()}


def test_every_page_says_where():
    """A theory's page says what is neglected, and where it is in the code."""
    theories = [page for page in PAGES if page.stem not in ("index", "references")]
    assert len(theories) == 12
    for page in theories:
        assert {"## Limits", "## In the code"} <= set(page.read_text(encoding="utf-8").splitlines()), page.stem


def test_references():
    """Every entry of the bibliography is cited on some page of the site."""
    keys = set(re.findall(r"@\w+\{(\w+),", (ROOT / "docs/references.bib").read_text(encoding="utf-8")))
    pages = " ".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    cited = {key for group in re.findall(r"\{cite\w*(?::\w+)?\}`([^`]+)`", pages) for key in group.split(",")}
    assert keys == cited
