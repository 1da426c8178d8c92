"""Orbits as drawn: Re U e^{−iωt} of the stored eigenvectors, turning as the stored polarization says."""

import numpy as np
import pytest

from hpcph.errors import InputError
from hpcph.figures import orbits, sheet, structure, style
from hpcph.show.mode import find

ANGSTROM = 1e-10
TURNING = (style.POSITIVE, style.NEGATIVE, "0.3")


def figure_of(result, q_c, branch):
    """On a sheet of its own."""
    layout = orbits.layout(result)
    page = sheet.blank(layout.width, layout.height)
    orbits.draw(result, sheet.panels(page, layout), q_c, branch)
    return page


def drawn(axes):
    """Curves of the orbits (73 points each, Å) and triangles: place, direction of the tip."""
    curves = [np.array(l.get_data()).T for l in axes.lines if len(l.get_xdata()) == 73 and l.get_color() in TURNING]
    tips = []
    for line in axes.lines:
        marker = line.get_marker()
        if isinstance(marker, tuple):
            angle = np.radians(marker[2] + 90)
            tips.append((np.ravel(line.get_data()), np.array([np.cos(angle), np.sin(angle)]), line.get_color()))
    return curves, tips


@pytest.mark.parametrize("branch", [1, 2, 9])
def test_every_orbit_is_the_real_part_of_its_amplitude(result, branch):
    """Around every atom in the cell: u(t) = Re √(1/m) e e^{i2πq·(T+r)} e^{−iωt}, one common factor."""
    vector = result["orbits_eigenvector"].values[0, branch - 1]
    q, fractional = result["orbits_q"].values[0], result["crystal_positions"].values
    lattice, masses = result["crystal_lattice"].values / ANGSTROM, result["crystal_masses"].values
    figure = figure_of(result, None, branch)
    curves, _ = drawn(figure.axes[0])
    wanted = []
    for a, cell in ((a, T) for a in range(9) for T in np.ndindex(3, 3, 3)):
        place = fractional[a] + np.array(cell) - 1
        if np.all(place > -1e-9) and np.all(place < 1 + 1e-9):
            phase = 2 * np.pi * place @ q - np.linspace(0, 2 * np.pi, 73)
            u = (vector[a] * np.exp(1j * phase)[:, None]).real / np.sqrt(masses[a])
            wanted.append((place @ lattice, u))
    assert len(curves) == len(wanted)
    factor = 0.45 / max(np.linalg.norm(u, axis=1).max() for _, u in wanted)
    right, up = orbits.frame(np.array([0, 0, 1.0]))[:2]
    for place, u in wanted:
        expected = (place + factor * u) @ np.array([right, up]).T
        assert min(np.abs(curve - expected).max() for curve in curves) < 1e-5


def test_triangles_turn_as_the_polarization(result):
    """With the axis towards the viewer they go round counterclockwise exactly where l_z of the atom is positive."""
    position = structure.cell(find(result, [0, 0, 0.1], 1)).position_ic
    right, up = orbits.frame(np.array([0, 0, 1.0]))[:2]
    seen = 0
    for branch in range(1, 11):
        l = result["orbits_polarization_by_atom"].values[0, branch - 1, :, 2]
        shown = structure.cell(find(result, [0, 0, 0.1], branch))
        for at, direction, colour in drawn(figure_of(result, None, branch).axes[0])[1]:
            away = at - position[shown.inside] @ np.array([right, up]).T
            atom = shown.atom[shown.inside][np.argmin(np.linalg.norm(away, axis=1))]
            arm = away[np.argmin(np.linalg.norm(away, axis=1))]
            turning = arm[0] * direction[1] - arm[1] * direction[0]
            if abs(l[atom]) > 0.02:
                seen += 1
                assert np.sign(turning) == np.sign(l[atom]), (branch, atom)
                assert colour == (style.POSITIVE if l[atom] > 0 else style.NEGATIVE)
    assert seen > 50


def test_the_second_view_is_a_proper_rotation_of_the_first(result):
    """Both show the crystal, not its mirror image: rows of the views are right-handed."""
    right, up, towards = orbits.frame(np.array([0.3, -0.2, 0.9]))
    for view in ((right, up, towards), (right, towards, -up)):
        assert np.linalg.det(np.array(view)) == pytest.approx(1)


def test_bonds_are_complete(result):
    """Every silicon in the cell has four bonds of 1.6 Å, every oxygen two, across the border too."""
    shown = structure.cell(find(result, [0, 0, 0.1], 1))
    length = np.linalg.norm(np.diff(shown.position_ic[shown.bonds], axis=1)[:, 0], axis=1)
    assert np.all((length > 1.5) & (length < 1.75))
    for n in np.flatnonzero(shown.inside):
        assert np.count_nonzero(shown.bonds == n) == {"Si": 4, "O": 2}[shown.symbols[n]]


def test_the_mode_that_is_asked_for(result):
    """The nearest stored wave vector; its branch, frequency and polarization stand above the figure."""
    mode = orbits.chosen(result, [0, 0, 0.4], 3)
    np.testing.assert_allclose(mode.q_c, [0, 0, 0.375])
    words = figure_of(result, [0, 0, 0.4], 3).legends[0].get_title().get_text()
    assert "q = (0, 0, 0.375), branch 3" in words and f"{mode.frequency / 1e12:.4g} THz" in words
    with pytest.raises(InputError):
        orbits.chosen(result, None, 28)


def test_without_orbits_the_path_gives_the_mode(result):
    """The point of the leg along the axis that is nearest to 0.09."""
    bare = result.drop_vars([name for name in result.data_vars if name.startswith("orbits_")])
    np.testing.assert_allclose(orbits.chosen(bare, None, 1).q_c, [0, 0, 0.125])


def test_a_linear_orbit_has_no_sense(result):
    """Atoms on a line are drawn grey; circles turn by half their square."""
    z = np.array([0, 0, 1.0])
    assert orbits.sense(np.array([1, 2j, 0]) / np.sqrt(5), z) == pytest.approx(0.4)
    assert orbits.sense(np.array([1, 1j, 0]), z) == pytest.approx(0.5)
    assert orbits.sense(np.array([1, 2, 3]) * np.exp(0.3j), z) == pytest.approx(0)
