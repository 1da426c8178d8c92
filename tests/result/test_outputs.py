"""The lists of datasets in docs/reference/outputs.md are what runs write."""

import made_pages
import pytest
from result import outputs


@pytest.mark.petsc
def test_the_lists_of_datasets_are_what_runs_write(tmp_path):
    """All of them, with axes, unit, errors and description, and all attributes; `make docs` writes them anew."""
    text = outputs.PAGE.read_text(encoding="utf-8")
    assert made_pages.filled(outputs.PAGE, outputs.parts(tmp_path)) == text, "run `make docs`"
