"""The tutorial notebook runs from beginning to end in a folder of its own, with pictures and a live bar."""

import json
import re
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

import hpcph

NOTEBOOK = Path(__file__).resolve().parents[1] / "inputs/tutorial.ipynb"
FIGURES = 5


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Folder, the notebook with its outputs, and every state of the bars below its cells."""
    folder = tmp_path_factory.mktemp("tutorial")
    states = []

    class Client(nbclient.NotebookClient):
        def process_message(self, message, cell, index):
            if message["msg_type"] == "update_display_data":
                states.append(message["content"]["data"].get("text/html", ""))
            return super().process_message(message, cell, index)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND", raising=False)  # the kernel chooses pictures in the notebook
        patch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        resources = {"metadata": {"path": folder}}
        Client(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return folder, notebook, states


def outputs(notebook, kind: str) -> list[str]:
    """Everything of a MIME type, or the text of a stream, that the cells put out."""
    found = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["text"] if kind == output.get("name") else output["data"][kind]
            for output in found if kind == output.get("name") or kind in output.get("data", {})]  # fmt: skip


def test_no_cell_fails_and_figures_are_there(executed):
    """Every cell ran, nothing complained, five pictures."""
    _, notebook, _ = executed
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert len(outputs(notebook, "image/png")) == FIGURES
    assert outputs(notebook, "stderr") == []


def test_progress_is_live(executed):
    """A bar for every stage, there from its beginning, that ends with the k-points and their rate."""
    _, notebook, states = executed
    bars = [html for html in outputs(notebook, "text/html") if html.startswith("<progress")]
    assert len(bars) == 2 * 8  # two runs: three meshes, three lattices, bands, orbits
    assert all(re.search("k-points? in", bar) for bar in bars)
    assert [state for state in states if 'value="0"' in state and ": 0/408 k-points" in state]
    assert len(states) >= 2 * len(bars)


def test_the_results_are_what_the_text_says(executed):
    """Two results; the calibrated γ^LL is 0.8, the other about a million times smaller."""
    folder, notebook, _ = executed
    found = []
    for name in ("tutorial", "tutorial_calibrated"):
        with hpcph.open(folder / name / "result.h5") as result:
            gamma = result.feedback_gamma_ll_total.sel(temperature=300, radius=20e-9, method="nearest")
            found.append(gamma.item())
    assert 3e-7 < found[0] < 3e-6 and found[1] == pytest.approx(0.8, rel=1e-9)
    assert "η 5," in "".join(outputs(notebook, "stdout"))


def test_the_notebook_is_kept_without_outputs():
    """What is committed holds text and code alone, for any kernel of Python."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        assert cell["cell_type"] == "markdown" or (cell["outputs"], cell["execution_count"]) == ([], None)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert sys.executable not in NOTEBOOK.read_text(encoding="utf-8")
