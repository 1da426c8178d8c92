"""Without a lifetime or a gradient a run gives what needs neither, with the bits of one that has both."""

import numpy as np
import pytest
from parallel import world
from program.small import contents

from hpcph.figures.catalogue import catalogue
from hpcph.figures.choices import Choices
from hpcph.report.page import page
from hpcph.result.open import open_result

FLOWS = {"/thermal/gamma_nl", "/thermal/conductivity", "/magnetization/gamma_nl", "/spectrum/gamma_nl",
         "/spectrum/gamma_nl_by_branch", "/convergence/gamma_nl", "/feedback/length_amplification"}  # fmt: skip
DRIVEN = {"/thermal/pam_density", "/feedback/pam_density", "/magnetization/density_without_feedback",
          "/magnetization/field_without_feedback", "/magnetization/density", "/magnetization/field",
          "/magnetization/radius"}  # fmt: skip
LEFT_OUT = {  # by what the input lacks
    ("lifetime", "gradient"): FLOWS | DRIVEN,
    ("lifetime",): FLOWS | DRIVEN,
    ("gradient",): DRIVEN,
}


@pytest.mark.mpi
@pytest.mark.parametrize("missing", LEFT_OUT, ids=" ".join)
def test_what_needs_neither_keeps_its_bits(comm, folder, result, missing, capsys):
    """All other datasets are there, to the last bit those of the run with both; a line says what would add the rest."""
    outcome = world.compute(comm, folder, world.quartz(**dict.fromkeys(missing, world.DROP)))
    if result[1] is None:
        return
    found, every = ({n: v for n, v in of.items() if n.count("/") > 1} for of in (contents(outcome.path), result[1]))
    beside = {f"{name}{end}" for name in LEFT_OUT[missing] for end in ("", "_error", "_lattice_error")}
    assert set(found) == set(every) - beside
    for name, value in found.items():
        np.testing.assert_array_equal(value, every[name], err_msg=name)
    said = capsys.readouterr().out
    assert f"densities that a gradient drives; add {' and '.join(f'`{key}`' for key in missing)} to the input" in said
    assert ("γ^NL, γ^N and κ; add `lifetime` to the input" in said) == ("lifetime" in missing)
    assert ("  χ (" in said) == ("lifetime" in missing) and "γ^LL at 18 nm" in said


@pytest.mark.parametrize("missing", LEFT_OUT, ids=" ".join)
def test_figures_and_page_show_the_rest(tmp_path, missing):
    """Every figure is drawn or names the keys that it needs; so does the page, which keeps the phase diagram."""
    path = world.result(tmp_path, world.quartz(**dict.fromkeys(missing, world.DROP)))
    with open_result(path) as opened:
        skipped = {d.name: d.obstacle(opened) for d in catalogue(Choices()) if d.obstacle(opened)}
        assert set(skipped) == {"pam_density", "magnetization", "sample", "sound", "zeeman", "field", "interband"}
        wanted = f"add {' and '.join(f'`{key}`' for key in missing)} to the input"
        assert skipped["pam_density"] == skipped["magnetization"] == wanted
        for drawing in catalogue(Choices()):
            if drawing.name in ("spectrum", "convergence", "phase_diagram", "gamma_ll"):
                figure = drawing.figure(opened)
                if drawing.name in ("spectrum", "convergence"):
                    shown = [axes for axes in figure.axes if axes.lines or axes.patches]
                    wanted_rows, columns = (4, 2) if drawing.name == "spectrum" else (3, 1)  # helicity in the first
                    assert len(shown) == (wanted_rows - ("lifetime" in missing)) * columns
        text = page(opened)
    assert 'id="plot-diagram"' in text and 'id="plot-spectrum-diagonal"' in text and 'id="plot-density"' not in text
    assert "add <code>lifetime and gradient</code> to the input" in text
