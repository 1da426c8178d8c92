"""Layers through the program: what init writes of them, paths in their plane, and what a run says."""

from pathlib import Path

import numpy as np
import pytest
from crystal import layers
from parallel import world

from hpcph.config.load import from_text
from hpcph.prepare import maps, proposal
from hpcph.prepare.job import prepare

POLAR = {"charges": layers.CHARGES}


def test_init_sees_the_vacuum(tmp_path):
    """A layer's input: periodic, a grid in the plane, an axis in it, no sample; check accepts it."""
    text = proposal.propose([layers.file(tmp_path, **POLAR)], None, tmp_path / "input.yaml")
    for words in ("periodic: [true, true, false]", "axis: [1, 0, 0]"):
        assert words in text
    assert "# sample" not in text and "# slices" not in text
    job = prepare(from_text(tmp_path / "input.yaml", text)).job
    assert job.crystal.structure.empty == 2 and all(s.grid[2] == 1 for s in job.samplings)


def test_init_leaves_supercells_that_repeat_along_the_vacuum(tmp_path):
    """They are no layer's, and the input is a bulk's."""
    text = proposal.propose([layers.file(tmp_path, copies=(3, 3, 2))], None, tmp_path / "input.yaml")
    assert "periodic" not in text and "axis: [0, 0, 1]" in text


def test_automatic_paths_and_meshes_lie_in_the_plane(tmp_path):
    """So do those that follow each other for an accuracy."""
    text = f"""
crystal: {{force_constants: {layers.file(tmp_path, **POLAR)}, periodic: [true, true, false]}}
mesh: {{accuracy: 10%}}
temperature: 300 K
bands: {{path: auto, points: 5}}
"""
    prepared = prepare(from_text(tmp_path / "input.yaml", text))
    job = prepared.job
    assert len(job.path.q_kc) >= 10 and np.abs(job.path.q_kc[:, 2]).max() < 1e-12
    assert maps.automatic_legs(job.crystal.structure)
    assert all(s.grid[2] == 1 and s.shift[2] == 0 for s in job.samplings)
    said = "\n".join(prepared.remarks)
    for words in (
        "a layer, c its normal",
        "dipoles of periodic images",
        "no limit",
        "dipoles of a layer summed",
        "(N m⁻¹)",
    ):
        assert words in said


@pytest.mark.parametrize("name", ["(J s m⁻¹ K⁻¹)", "W K⁻¹", "(A), no feedback"])
def test_closing_tables_are_per_area(done, name):
    assert name in done[1]


def test_the_page_has_tables_per_area(done):
    """γ^NL and κ in both units, elastic constants in N m⁻¹."""
    page = done[0].read_text(encoding="utf-8")
    for words in ("J s m⁻¹ K⁻¹", "J s m⁻² K⁻¹", "W K⁻¹", "Elastic constants (N m⁻¹)"):
        assert words in page


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[Path, str]:
    """The page and the log of a run."""
    folder = tmp_path_factory.mktemp("layer")
    source = world.write(folder, {
        "crystal": {"force_constants": str(layers.file(folder, **POLAR)), "periodic": list(layers.LAYER)},
        "axis": [1, 2, 0], "mesh": {"grid": [4, 4, 1]}, "temperature": [100, 300], "gradient": "1 K/mm",
        "lifetime": {"time": "10 ps", "boundary": "1 um"}, "feedback": {"sample": {"radius": "20 nm"}},
    })  # fmt: skip
    done = world.here("run", source, "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    assert world.here("report", folder / "out/result.h5").returncode == 0
    return folder / "out/report.html", done.stdout
