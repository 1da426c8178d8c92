"""Errors on the page, of mesh and lattice behind every number; zeros where symmetry has its say; the lattice."""

import re

import numpy as np
import pytest
from report.test_page import embedded

from hpcph.report import lattice, lines, summary, tensors
from hpcph.report.embed import alone, number
from hpcph.report.page import page
from hpcph.result.open import open_result

SHARES = {"error": 0.1, "lattice_error": 0.05}


@pytest.fixture(scope="module")
def result(path):
    """The full result; of its numbers a tenth is open because of the mesh, half as much because of the supercell."""
    with open_result(path) as found:
        kept = found.load()
    names = [name for name in kept if f"{name}_error" in kept]
    sizes = {name: np.abs(kept[name]) for name in names}
    return kept.assign({f"{name}_{kind}": share * sizes[name] for name in names for kind, share in SHARES.items()})


def without(result, *endings: str):
    """As a file without these errors of responses reads."""
    names = [name for name in result if str(name).endswith(endings) and "elasticity" not in str(name)]
    return result.drop_vars(names)


def facts(result) -> dict[str, str]:
    return {str(name): str(value) for name, value in summary.numbers(result)}


def test_every_number_of_the_summary_has_both_errors(result):
    """Value(mesh)(lattice) at 300 K: γ^NL, κ, γ^LL and its channels, critical radius, magnetization."""
    found = facts(result)
    flow = result["thermal_gamma_nl"].values[2, 2, 2]
    errors = 0.1 * abs(flow), 0.05 * abs(flow)
    assert found["γ<sup>NL</sup> along the axis"] == number(flow, *errors, of="J s m-2 K-1")
    for name in ("κ along the axis", "D part", "critical radius", "magnetization without feedback"):
        assert found[name].count("(") == 2, name
    first = found["<strong>γ<sup>LL</sup> without scale, first principles</strong>"]
    unscaled = result["feedback_gamma_ll_unscaled"].values[2, 0]
    assert number(unscaled, 0.1 * unscaled, 0.05 * unscaled) in first
    assert found["amplification η"] == "supercritical: no linear response"
    assert summary.sources(result) == "(mesh)(lattice)"


def test_older_results_have_the_errors_that_they_can(result):
    """Without an error of the lattice; without any; with that of the lattice alone, not taken for the other."""
    older, bare = without(result, "_lattice_error"), without(result, "_error")
    assert summary.sources(older) == "(mesh)" and summary.sources(bare) == ""
    assert facts(older)["κ along the axis"].count("(") == 1 and "±" not in "".join(facts(bare).values())
    assert not any("error estimate" in line for line in summary.warnings(older))
    for lacking in (bare, without(result, "l_error")):
        assert any("No error estimate of the mesh" in line for line in summary.warnings(lacking))
    for kept in (older, bare):
        words = re.search(r'<section id="summary">.*?</section>', page(kept), re.S).group()
        assert "nan" not in words and "Lattice" in page(kept)


def test_digits_of_eta_end_where_the_first_order_does():
    """An error that is larger than η leaves its first digit, with a warning."""
    assert summary.amplification(5.0, 0.5, 0.03) == "5.0(5)(0)"
    assert summary.amplification(81.3, 3900.0) == "≈ 80"
    assert summary.amplification(np.nan, np.nan) == "supercritical: no linear response"


def test_what_symmetry_forbids_reads_zero(result):
    """γ^NL of quartz is diagonal: six bare zeros, three numbers with two errors, all in one power of ten."""
    flow, kappa = tensors.tables(result)
    assert len(flow.rows) == 3 and len(flow.columns) == 3
    for i, (_, cells) in enumerate(flow.rows):
        for j, cell in enumerate(cells):
            assert (cell == "0") == (i != j)
            assert cell.count("(") == 2 * (i == j) and "×" not in cell
    value = result["thermal_gamma_nl"].values[2, 2, 2]
    written = re.search(r"10(⁻\S+) J s", str(flow.title)).group(1)
    power = int(written.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    shown = float(flow.rows[2][1][2].split("(")[0].replace("−", "-"))
    assert shown * 10.0**power == pytest.approx(value, abs=0.06 * abs(value))
    assert "W m⁻¹ K⁻¹), (mesh)(lattice)" in str(kappa.title)
    markup = page(result)
    assert markup.count("<td>0</td>") >= 12


def test_elastic_constants_with_what_is_open(result):
    """GPa, error of the lattice; what rounding leaves of the zeros of symmetry is 0; the table is that of the file."""
    C, error = (result[f"elasticity_stiffness{kind}"].values / 1e9 for kind in ("", "_lattice_error"))
    table = tensors.stiffness(result)
    assert [str(name) for name in table.columns] == ["xx", "yy", "zz", "yz", "xz", "xy"]
    for i, (_, cells) in enumerate(table.rows):
        for j, cell in enumerate(cells):
            if abs(C[i, j]) > 1e-3:
                assert cell == number(C[i, j], error[i, j])
            else:
                assert cell == "0"
    assert sum(cell == "0" for _, cells in table.rows for cell in cells) == 18  # trigonal, C14


def test_the_section_of_the_lattice_is_there_where_the_file_knows(result):
    """Everything that the run said of its force constants; models and older files have no such section."""
    found = {str(name): str(value) for name, value in lattice.facts(result)}
    given = result.attrs
    assert found["pairs of atoms"].startswith(f"{given['pairs']}, out to ")
    assert found["sum rules"] == "translational, rotational, Huang"
    assert f"{given['reciprocal_vectors']} reciprocal vectors" in found["dipoles"]
    between = float(f"{given['frequency_change_between'] / 1e12:.2g}")
    assert found["frequencies move, in between"] == number(between, of="THz")
    assert not any(name.startswith(("left out", "not met")) for name in found)
    markup = page(result)
    assert '<section id="lattice">' in markup and '<a href="#lattice">' in markup
    bare = page(result.drop_vars([name for name in result if str(name).startswith("elasticity")]))
    assert 'id="lattice"' not in bare and "#lattice" not in bare


def test_rules_that_were_not_imposed_are_named(result):
    """And what the file's own constants lack."""
    rules = {"sum_rules": "translational", "sum_rules_left_out": "rotational, huang", "sum_rules_not_met": "huang"}
    changed = result.assign_attrs(reciprocal_vectors=0, **rules)
    found = {str(name): str(value) for name, value in lattice.facts(changed)}
    assert found["left out: they would make the lattice unstable"] == "rotational, Huang"
    assert found["not met: images leave no freedom to"] == "Huang"
    assert found["dipoles"] == "none" and found["sum rules"] == "translational"
    assert lattice.facts(changed.assign_attrs(sum_rules=""))[3] == ("sum rules", "none")


def test_labels_of_points_have_errors(result):
    """Densities with and without feedback, rotation, the finest mesh; the map of γ^LL has their digits alone."""
    figure = lines.density(result)
    plain, value = figure.data[-1], result["thermal_pam_density"].values[:, 2]
    assert list(plain.text) == [number(x, 0.1 * abs(x), 0.05 * abs(x)) for x in value]
    assert all(text.count("(") == 2 for text in figure.data[1].text)
    assert all(text.count("(") == 2 for text in lines.rotation(result)["rotation-field"].data[0].text)
    finest = lines.convergence(result).data[0]
    assert finest.text[-1].endswith(": 1.00(10)(5)")
    assert finest.error_y.array[-1] == pytest.approx(0.15) and not any(finest.error_y.array[:-1])
    figures = embedded(page(result))["figures"]
    heat = figures["diagram"]["data"][0]
    radius = np.array(embedded(page(result))["data"]["diagram"]["radius"])
    r = int(np.abs(radius - 20).argmin())
    gamma, eta = (result[f"feedback_{name}"].values[1, 1] for name in ("gamma_ll_total", "amplification"))
    assert heat["customdata"][r][1] == f"= {alone(gamma, 0.1 * gamma, 0.05 * gamma)}"
    expected = f"η = {alone(eta, eta**2 * 0.1 * gamma, eta**2 * 0.05 * gamma)}"
    assert heat["text"][r][1] == expected.replace("= ≈", "≈")


def test_a_figure_of_zeros_says_why(result):
    """Exact zeros along the axis: no logarithmic scale of nothing."""
    names = [name for name in result if "density" in str(name)]
    zero = result.assign({name: 0 * result[name] for name in names})
    for figure in (lines.density(zero), *lines.magnetization(zero).values()):
        if "density" in str(figure.layout.yaxis.title.text) or figure.layout.annotations:
            assert "symmetry forbids" in figure.layout.annotations[0].text
            assert figure.layout.yaxis.type == "linear"
    assert lines.density(zero).layout.annotations and not lines.density(result).layout.annotations
    vanished = result.assign(convergence_gamma_nl=0 * result["convergence_gamma_nl"])
    assert [trace.name for trace in lines.convergence(vanished).data] == ["χ<sup>D</sup>", "χ<sup>OD</sup>"]
