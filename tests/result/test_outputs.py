"""The list of datasets in docs/reference/outputs.md is the one that runs write."""

import pytest
from result import outputs


@pytest.mark.petsc
def test_the_list_of_datasets_is_what_runs_write(tmp_path):
    """All of them, with axes, unit and description; `make docs` writes it anew."""
    assert outputs.PAGE.read_text(encoding="utf-8") == outputs.page(tmp_path), "run `make docs`"
