"""The tables of docs/reference/formats.md are the rows of the readers."""

import made_pages
import pytest
from readers import formats_page

from hpcph.readers.formats import FORMATS

TEXT = formats_page.PAGE.read_text(encoding="utf-8")


def test_the_tables_of_formats_are_the_readers():
    """All formats and programs; `make docs` writes them anew."""
    assert made_pages.filled(formats_page.PAGE, formats_page.parts()) == TEXT, "run `make docs`"


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_every_format_has_an_example(name):
    """What to write under `crystal:`, in the table that begins with what one has."""
    rows = [line for line in TEXT.splitlines() if line.startswith(f"| `{name}` | ")]
    assert any("`force_constants: " in row for row in rows)
