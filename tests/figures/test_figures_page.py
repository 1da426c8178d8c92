"""The table of docs/reference/figures.md is the catalogue of figures."""

import made_pages
from figures import figures_page

from hpcph.figures.captions import CAPTIONS
from hpcph.figures.catalogue import catalogue
from hpcph.figures.choices import Choices


def test_the_table_of_figures_is_the_catalogue(tmp_path):
    """All of them, with what they show and need; `make docs` writes it anew."""
    text = figures_page.PAGE.read_text(encoding="utf-8")
    assert made_pages.filled(figures_page.PAGE, figures_page.parts(tmp_path)) == text, "run `make docs`"


def test_captions_are_of_figures():
    """One for each, none of a figure that is no more."""
    assert list(CAPTIONS) == [drawing.name for drawing in catalogue(Choices())]
