"""summary.json: the numbers of the closing tables, as the schema in docs/ describes them."""

import json
import re

import jsonschema
import numpy as np
import pytest
from heat.samples import CYLINDER
from parallel import world
from show.test_digits import read

from hpcph.result import summary
from hpcph.result.open import open_result

SCHEMA = json.loads((world.ROOT / "docs/summary.schema.json").read_text(encoding="utf-8"))
SMALL = dict.fromkeys(("orbits", "slices", "optics", "bands", "spectrum", "modes"), world.DROP)
TABLES = {  # column of the closing tables: quantity, power of ten between them, index of the sample
    "γ^NL": ("thermal_gamma_nl", 1, ()),
    "γ^LL": ("feedback_gamma_ll_total", 1, (0,)),
    "D": ("feedback_gamma_ll_diagonal", 1, (0,)),
    "OD": ("feedback_gamma_ll_off_diagonal", 1, (0,)),
    "r_c": ("feedback_critical_radius", 1e9, ()),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run along a tilted axis: its summary, result and log."""
    folder = tmp_path_factory.mktemp("summary")
    source = world.write(folder, world.quartz(**SMALL, axis=[1, 2, 2]))
    done = world.here("run", source, "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out/summary.json").read_text(encoding="utf-8")), folder / "out/result.h5", done.stdout


def test_the_schema_describes_it(run):
    """And is a schema; whatever it does not name is refused by it."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(run[0], SCHEMA)
    for wrong in ({"more": 1}, {"format": 2}, {"fingerprint": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(run[0] | wrong, SCHEMA)


def test_it_holds_what_the_closing_table_says(run):
    """Every number of the log is that of the summary to all its digits, at every temperature of the table."""
    found, _, said = run
    lines = said.splitlines()
    header = next(i for i, line in enumerate(lines) if line.startswith("T (K)"))
    names = [re.split(r"[ (]", part)[0] for part in re.split(r"\s{2,}", lines[header].strip())]
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[header + 1 : header + 4]]
    assert [float(row[0]) for row in rows] == found["axes"]["temperature"]["values"]
    for column, (name, factor, at) in TABLES.items():
        quantity = found["quantities"][name]
        values, errors = (np.array(of, float) for of in (quantity["values"], quantity["errors"].get("error", np.nan)))
        for t, row in enumerate(rows):
            shown, beside, last = read(row[names.index(column)])
            assert abs(float(shown) - factor * values[(t, *at)]) <= float(last), (column, t)
            if np.isfinite(errors).all() and beside:
                assert float(beside[0]) == pytest.approx(factor * errors[(t, *at)], rel=0.5, abs=float(last))


def test_names_units_and_errors_are_those_of_the_result(run):
    """Quantities are variables of the opened result; vectors and tensors by their component along the axis."""
    found, path, _ = run
    n = np.array(found["axis"])
    with open_result(path) as opened:
        assert found["sha256"] == opened.attrs["sha256"] and found["fingerprint"] == opened.attrs["fingerprint"]
        for name, quantity in found["quantities"].items():
            assert quantity["unit"] == opened[name].attrs["units"]
            assert quantity["axes"] == [axis for axis in opened[name].dims if not axis.startswith("cartesian")]
            assert {f"{name}_{kind}" for kind in quantity["errors"]} == {
                other for other in opened if other in (f"{name}_error", f"{name}_lattice_error")
            }
        field = np.array(found["quantities"]["magnetization_field"]["values"], float)
        np.testing.assert_allclose(field, opened["magnetization_field"].values @ n)
        errors = found["quantities"]["thermal_gamma_nl"]["errors"]["error"]
        np.testing.assert_allclose(errors, opened["thermal_gamma_nl_error"].values @ np.abs(n) @ np.abs(n))
    flow = found["quantities"]["thermal_gamma_nl"]
    assert list(flow["components"]) == ["xx = yy", "zz"] and flow["axes"] == ["temperature"]
    assert flow["components"]["zz"]["errors"].keys() == flow["errors"].keys()
    eta = found["quantities"]["feedback_amplification"]["values"]
    assert eta[2][0] is None and eta[0][0] > 1  # supercritical at 300 K and 18 nm


@pytest.mark.petsc
def test_a_heated_sample_is_in_it(tmp_path):
    """Numbers without axes; vectors by their component along the sample's axis."""
    data = world.quartz(**SMALL, sample=CYLINDER, temperature=["100 K", "290 K", "300 K", "600 K"])
    path = world.result(tmp_path, data)
    found = json.loads((path.parent / summary.NAME).read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    with open_result(path) as opened:
        assert found["quantities"]["sample_torque"]["values"] == opened["sample_torque"].values[2]
        assert found["quantities"]["sample_gamma_ll"]["values"] == opened["sample_gamma_ll"].values


def test_a_model_has_one_without_quantities(tmp_path):
    """Nothing of it has temperatures."""
    path = world.result(tmp_path, {"crystal": {"model": {"name": "te-chain"}}, "bands": {"points": 3}})
    found = json.loads((path.parent / summary.NAME).read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    assert not found["quantities"] and not found["axes"]
