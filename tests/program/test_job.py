"""A job is all that a run goes by."""

import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest
from heat.samples import CYLINDER
from parallel import world
from program.small import contents

from hpcph.config.load import load
from hpcph.prepare.job import prepare

WITHOUT_THE_INPUT = """
import pickle, sys
from pathlib import Path

sys.modules["hpcph.config"] = sys.modules["hpcph.prepare"] = None  # whoever imports them fails
from hpcph.workflow.driver import run
from hpcph.parallel.comm import world
from hpcph.parallel.signals import Stop

prepared, output = map(Path, sys.argv[1:])
print(run(world(), lambda: pickle.loads(prepared.read_bytes()), output, Stop()).path)
"""


@pytest.mark.petsc
def test_no_number_is_read_from_the_input_after_prepare(tmp_path):
    """A program that knows no input completes what another has prepared: the numbers, what the file says of them, and
    where they come from."""
    sections = {"modes": False, **dict.fromkeys(("bands", "orbits", "slices", "optics"), world.DROP)}
    data = world.quartz(
        **sections,
        title="a job",
        mesh__grid=[2, 2, 2],
        temperature=["280 K", "400 K"],
        lifetime={"time": "10 ps", "boundary": "1 um"},
        sample=CYLINDER | {"threshold": False},
    )  # calibrated at a temperature between the two
    whole = world.result(tmp_path, data)
    expected = contents(whole)
    job = tmp_path / "job"
    job.write_bytes(pickle.dumps(prepare(load(tmp_path / "input.yaml"))))
    program = [sys.executable, "-c", WITHOUT_THE_INPUT, job, tmp_path / "other"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = done.stdout.split()[-1]
    found = contents(path)
    assert found.keys() == expected.keys() and found["@title"] == "a job"
    assert found["@input"] == (tmp_path / "input.yaml").read_text("utf-8")
    for name in expected.keys() - {"@wall_time", "@compute_time", "@sha256_attributes"}:  # the last is of the times too
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    with h5py.File(path) as one, h5py.File(whole) as other:
        said = dict(one["/thermal"].attrs)
        assert {"gradient", "lifetime", "boundary"} < said.keys()
        np.testing.assert_equal(said, dict(other["/thermal"].attrs))
