"""ZnO (6mm) along c: γ^NL_zz is forbidden, γ^NL_xy is there; what a reader sees has the one by name, never noise."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from parallel import world

from hpcph.report import summary, tensors
from hpcph.result.open import open_result
from hpcph.show import axis

ZNO = Path(os.environ.get("HPCPH_DATA", world.ROOT / "../shared/data")) / "zno/phonopy_params.yaml.xz"
pytestmark = pytest.mark.skipif(not ZNO.exists() and "CI" not in os.environ, reason="needs HPCPH_DATA")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Log and result of a run, coarse, its sums over all points: their zeros are none but for rounding."""
    folder = tmp_path_factory.mktemp("zno")
    data = {
        "crystal": {"force_constants": str(ZNO)},
        "axis": [0, 0, 1], "mesh": {"grid": [6, 6, 4], "symmetry": False}, "temperature": ["100 K", "300 K"],
        "lifetime": "10 ps", "gradient": "1 K/mm", "spectrum": {"temperature": ["300 K"]},
    }  # fmt: skip
    run = world.here("run", world.write(folder, data), "--output", folder / "out")
    assert run.returncode == 0, run.stderr
    return run.stdout, folder / "out"


def test_the_table_names_the_component(done):
    """With its errors; no magnetization along c."""
    lines = done[0].splitlines()
    first, second = (i for i, line in enumerate(lines) if line.startswith("T (K)"))
    assert lines[first].startswith("T (K)  γ^NL_xy = −γ^NL_yx (mesh)")
    assert re.match(r" +300 +-\d(\.\d)?\(\d+\)(\(\d+\))?e-17", lines[first + 2])
    assert lines[second + 2].split("  ")[-1].strip() == "0 (symmetry)"
    assert not any("helicity of a cell" in line for line in lines)


def test_summary_page_and_figures_do_so(done):
    """Along c it is 0 in summary.json, on the page and for figures, whatever rounding leaves in the file."""
    flow = json.loads((done[1] / "summary.json").read_text(encoding="utf-8"))["quantities"]["thermal_gamma_nl"]
    with open_result(done[1] / "result.h5") as result:
        stored = result["thermal_gamma_nl"].values
        assert stored[1, 2, 2] != 0
        assert not np.any(flow["values"]) and list(flow["components"]) == ["xy = −yx"]
        assert flow["components"]["xy = −yx"]["values"] == stored[:, 0, 1].tolist()
        assert not axis.diagonal(result, "thermal_gamma_nl").any()
        assert not axis.along(result, "thermal_pam_density").any()
        found = {str(name): str(value) for name, value in summary.numbers(result)}
        assert found["γ<sup>NL</sup>, xy = −yx"].startswith("−") and "κ along the axis" in found
        assert found["magnetization without feedback"] == "0 (symmetry)"
        table = tensors.tables(result)[0]
        zeros = [[cell == "0" for cell in cells] for _, cells in table.rows]
        assert zeros == [[True, False, True], [False, True, True], [True] * 3]
