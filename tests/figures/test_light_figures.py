"""Figures of light and of models: peaks where the result has them, units, lines for what is skipped."""

from functools import partial

import matplotlib
import numpy as np
import pytest
from figures import test_catalogue

from hpcph.cli import main
from hpcph.figures import crystal_angular_momentum, dispersion, orbits, style
from hpcph.figures.catalogue import Drawing, catalogue
from hpcph.figures.choices import Choices
from hpcph.result.open import open_result
from hpcph.show import light as response
from hpcph.show import units

OF_MODELS = {
    "dispersion", "dispersion_helicity", "crystal_angular_momentum", "pseudo_angular_momentum", "dispersion_axis",
    "species", "orbits", "light_pam", "light_peltier", "light_orbital_current", "light_decomposition", "light_levels",
}  # fmt: skip


@pytest.fixture(scope="module")
def model(chain):
    """Dataset of the chain."""
    with open_result(chain) as found:
        yield found


def drawn(result, name: str) -> matplotlib.figure.Figure:
    """A figure of the catalogue."""
    return next(drawing for drawing in catalogue(Choices()) if drawing.name == name).figure(result)


def curves(axes) -> list[np.ndarray]:
    """The drawn responses, (w, 2) each."""
    return [np.array(line.get_data()).T for line in axes.lines if line.get_gid() == "response"]


def skipped(result) -> dict[str, str]:
    """Why a figure is not drawn, by its name."""
    found = {drawing.name: drawing.obstacle(result) for drawing in catalogue(Choices())}
    return {name: obstacle for name, obstacle in found.items() if obstacle}


def test_the_command_draws_a_model(chain, tmp_path, comm, capsys, monkeypatch):
    """A file for what a model has, PNGs alone; a line for the rest that names the section and does not ask for it."""
    monkeypatch.setattr(style, "DPI", 50)
    assert main(["figures", str(chain), "--output", str(tmp_path), "--format", "png"], comm) == 0
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}.png" for name in OF_MODELS}
    lines = capsys.readouterr().out.splitlines()
    left = [line for line in lines if "skipped" in line]
    assert len(left) == len(lines) - len(OF_MODELS)
    assert all("`crystal.force_constants`" in line and "add" not in line for line in left)


def test_labels_keep_apart_of_a_model(model):
    """Texts of the chain's figures."""
    test_catalogue.test_labels_keep_apart(test_catalogue.everything(model))


def test_light_without_pairs_or_thermal_sections(result):
    """A real crystal under light alone: the figures of light, and the sections that would make the others."""
    kept = [
        n for n in result.variables if str(n).startswith(("crystal", "optics", "level", "polarization", "frequency"))
    ]
    lit = result[[name for name in kept if "by_levels" not in str(name) and "displacement" not in str(name)]]
    found = skipped(lit)
    assert set(test_catalogue.ALL) - set(found) == {
        f"light_{name}" for name in ("pam", "peltier", "orbital_current", "decomposition", "polarized")
    }
    assert found["light_levels"] == "add `optics.pairs` to the input"


@pytest.mark.parametrize("name", ["pam", "peltier", "orbital_current"])
def test_peaks_are_those_of_the_result(model, name):
    """All four panels: every curve is the stored component, its highest point where the stored one is."""
    stored, omega = model[f"optics_{name}"].values[:, 2], model["frequency"].values
    panels = drawn(model, f"light_{name}").axes
    wanted = [[stored[:, i, i].real for i in range(3)]]
    parts = [(stored[:, i, j].real, stored[:, i, j].imag) for i, j in ((1, 2), (2, 0), (0, 1))]
    wanted += [[part for part in both if np.abs(part).max() > 1e-9 * np.abs(stored).max()] for both in parts]
    for axes, values in zip(panels, wanted, strict=True):
        for curve, value in zip(curves(axes), values, strict=False):
            np.testing.assert_array_equal(curve[:, 0], omega)
            np.testing.assert_allclose(curve[:, 1], value, atol=1e-8 * np.abs(stored).max())
    if name == "pam":
        peak = np.abs(curves(panels[3])[1])
        near = np.abs(omega - 2.71756) < 0.2
        assert peak[near][np.argmax(peak[near, 1]), 0] == pytest.approx(2.71756, abs=0.02)
    if name == "orbital_current":
        carried = model["optics_carried_current"].values[:, 2, 2, 2].real
        np.testing.assert_allclose(curves(panels[0])[5][:, 1], carried, atol=1e-8 * np.abs(carried).max())


def test_levels_are_marked_by_kind(model):
    """Ticks at the four levels, the two doublets in another colour."""
    marks = [line for line in drawn(model, "light_pam").axes[0].lines if line.get_gid() == "level"]
    np.testing.assert_allclose([line.get_xdata()[0] for line in marks], model["level_frequency"].values)
    colours = [line.get_color() for line in marks]
    assert colours[0] == colours[3] != colours[1] == colours[2]


def test_real_crystals_have_terahertz_and_units(result):
    """rad s⁻¹ becomes THz, the unit is the stored one with its power of ten, and what symmetry forbids is not drawn."""
    figure = drawn(result, "light_pam")
    (panel,) = figure.axes
    (curve,) = curves(panel)
    np.testing.assert_allclose(curve[[0, -1], 0], [2, 36])
    np.testing.assert_allclose(curve[:, 1], result["optics_pam"].values[:, 2, 0, 1].imag, rtol=1e-12)
    assert "J s m$^{-1}$ V$^{-2}$" in panel.get_ylabel() and panel.get_xlabel() == "ν (THz)"
    power = int(np.floor(np.log10(np.abs(curve[:, 1]).max())))
    assert f"$10^{{{power}}}$" in panel.get_ylabel() and panel.yaxis.get_major_formatter()(2 * 10.0**power) == "2"
    assert "symmetry forbids them: Re xx, yy, zz, xy, yz, zx; Im yz, zx" in " ".join(figure.get_supxlabel().split())


def test_parts_of_the_decomposition(model):
    """Circular light at the doublet: within the level; linear light: between levels; both add up."""
    left, right = drawn(model, "light_decomposition").axes
    for axes in (left, right):
        total, within, between = (curve[:, 1] for curve in curves(axes))
        np.testing.assert_allclose(within + between, total, atol=1e-9 * np.abs(total).max())
    at = np.argmax(np.abs(curves(left)[0][:, 1]))
    assert curves(left)[1][at, 1] == pytest.approx(curves(left)[0][at, 1], rel=0.1)
    assert np.abs(curves(right)[1][:, 1]).max() < 1e-6 * np.abs(curves(right)[0][:, 1]).max()


def test_means_per_field_and_per_intensity(result):
    """Left the stored mean, opposite for opposite circular light; right over W m⁻² per (V/m)², both axes in step."""
    figure = drawn(result, "light_polarized")
    for axes, beside, name in zip(figure.axes[:3], figure.axes[3:], ("pam", "peltier", "magnetization"), strict=True):
        stored = result[f"optics_{name}_mean"].values[..., 2]
        lines = np.array([curve[:, 1] for curve in curves(axes)]).T
        np.testing.assert_allclose(lines, stored, atol=1e-8 * np.abs(stored).max())
        np.testing.assert_allclose(lines[:, 1], -lines[:, 2], atol=1e-6 * np.abs(stored).max())
        intensity = result.attrs["optics_intensity_per_field_squared"]
        np.testing.assert_allclose(np.array(beside.get_ylim()) * intensity, axes.get_ylim(), rtol=1e-9)
        value = stored[np.argmax(stored[:, 1]), 1]
        height = axes.transData.transform((0, value))[1], beside.transData.transform((0, value / intensity))[1]
        assert height[0] == pytest.approx(height[1])


def test_pairs_of_levels(model):
    """The largest of a matrix is the level that the light meets, with itself; the sum over pairs is the response."""
    images = [axes.images[0].get_array() for axes in drawn(model, "light_levels").axes if axes.images]
    assert len(images) == 2
    assert [np.unravel_index(np.argmax(image), image.shape) for image in images] == [(0, 0), (3, 3)]
    pairs = response.along(model, "optics_pam_by_levels")[:, 0, 1]
    np.testing.assert_allclose([image[n, n] for image, n in zip(images, (0, 3), strict=True)],
                               [abs(pairs[s, n, n]) for s, n in enumerate((0, 3))])  # fmt: skip
    whole = response.along(model, "optics_pam")[:, 0, 1]
    nearest = np.argmin(np.abs(model["frequency"].values[:, None] - model["pair_frequency"].values), axis=0)
    np.testing.assert_allclose(pairs.sum(axis=(1, 2)), whole[nearest], rtol=0.05)


def test_crystal_angular_momentum_is_continuous(model):
    """Three lines of every m and leg, each through stored frequencies with this label, and m(−k) = −m(k)."""
    axes = matplotlib.figure.Figure().add_subplot()
    crystal_angular_momentum.draw(model, axes)
    assert axes.get_ylabel() == "ω (model units)"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["−Z", "Γ", "Z"]
    lines = {}
    for m, colour in crystal_angular_momentum.COLOURS.items():
        lines[m] = np.array(
            [line.get_ydata() for line in axes.lines if line.get_color() == colour and len(line.get_xdata()) == 13]
        )
    assert [len(lines[m]) for m in (-1, 0, 1)] == [6, 6, 6]
    np.testing.assert_allclose(lines[1][:3], lines[-1][3:, ::-1], atol=1e-5)
    assert np.abs(np.diff(lines[1], axis=1)).max() < 0.3
    labels = model["bands_crystal_angular_momentum"].values[:13]
    np.testing.assert_allclose(lines[0][:3].T, model["bands_frequency"].values[:13][labels == 0].reshape(13, 3))


def test_crystals_without_labels_say_so(result):
    """No leg along the axis."""
    across = result.assign(bands_crystal_angular_momentum=result["bands_crystal_angular_momentum"] * np.nan)
    assert skipped(across)["crystal_angular_momentum"] == "give `bands.path` a leg along the axis"


def test_models_have_their_own_units(model):
    """ω as it is stored, no Å anywhere, atoms bonded along the chain and orbits smaller than a bond."""
    axes = matplotlib.figure.Figure().add_subplot()
    dispersion.polarization(model, axes)
    assert axes.get_ylabel() == "ω (model units)" and 2.7 < axes.get_ylim()[1] < 3
    figure = Drawing("orbits", orbits.layout, partial(orbits.draw, q_c=None, branch=1), ()).figure(model)
    words = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    assert not any("Å" in text or "THz" in text for text in words) and any("ω = " in text for text in words)
    bond = model["crystal_lattice"].values[0, 0] * np.sqrt(3 * 0.23**2 + 1 / 9) / units.length(model)
    assert bond == pytest.approx(2 * 1.38, rel=0.01)
    assert orbits.LARGEST < bond / 3
