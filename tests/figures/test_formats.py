"""Formats, styles and widths of the command, and that no figure warns or runs together on a narrow sheet."""

import warnings

import pytest
from figures.test_catalogue import everything, keep_apart

from hpcph.errors import InputError
from hpcph.figures.catalogue import catalogue, write
from hpcph.figures.choices import Choices
from hpcph.result.open import open_result

COLUMN = 86 / 25.4  # inches, of a journal


def test_the_command_takes_words_or_commas(path, tmp_path, comm, capsys):
    """Several names and formats, a style and a width; one file each."""
    from hpcph.cli import main

    words = ["--only", "helicity", "species,rotation", "--format", "svg", "pdf,png", "--width", "8.6 cm"]
    assert main(["figures", str(path), "--output", str(tmp_path), *words, "--style", "ggplot"], comm) == 0
    wanted = {f"{name}.{kind}" for name in ("helicity", "species", "rotation") for kind in ("pdf", "png", "svg")}
    assert {file.name for file in tmp_path.iterdir()} == wanted
    assert len(capsys.readouterr().out.split()) == 9


def test_the_same_result_gives_the_same_bytes_in_every_format(path, tmp_path):
    """In another process; an SVG has neither a date nor names of chance, and is as wide as asked for."""
    from parallel import world

    options = ["--only", "helicity", "--format", "pdf,svg,png", "--width", "86mm"]
    for place in ("one", "two"):
        done = world.command(0, "figures", path, "--output", tmp_path / place, *options)
        assert done.returncode == 0, done.stderr
    for kind in ("pdf", "svg", "png"):
        first, second = ((tmp_path / place / f"helicity.{kind}").read_bytes() for place in ("one", "two"))
        assert first == second and len(first) > 5000
    text = (tmp_path / "one/helicity.svg").read_text(encoding="utf-8")
    assert "<dc:date>" not in text and f'width="{COLUMN * 72:.4f}'.rstrip("0")[:10] in text


@pytest.mark.parametrize(
    "options, words",
    [
        ({"formats": "pdf,ppg"}, r"--format = ppg: formats are pdf, png, svg; did you mean png\?"),
        ({"formats": ["exe"]}, "--format = exe"),
        ({"width": "86"}, "--width = 86: "),
        ({"width": "49mm"}, "give a width from 50 mm to 1 m"),
        ({"width": "1.01 m"}, "give a width from 50 mm to 1 m"),
        ({"width": "nan mm"}, "--width"),
        ({"look": "ggplto"}, r"--style = ggplto: .*did you mean ggplot\?"),
    ],
)
def test_choices_that_mean_nothing(options, words):
    """One line each."""
    with pytest.raises(InputError, match=words) as caught:
        Choices.of(None, "1", "20nm", **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "kind, width", [("path", None), ("path", COLUMN), ("chain", COLUMN), ("single", None), ("screened", COLUMN)]
)
def test_no_figure_warns(request, tmp_path, kind, width):
    """Drawn and saved, whatever the result, each figure on a wide and on a narrow sheet: nobody has anything to say."""
    with open_result(request.getfixturevalue(kind)) as result, warnings.catch_warnings():
        warnings.simplefilter("error")
        lines = list(write(result, tmp_path, Choices(formats=("svg",), width=width)))
    assert len(lines) == len(catalogue(Choices())) and any("skipped" not in line for line in lines)


def test_labels_keep_apart_in_a_column(path):
    """As on wide sheets, on one of 86 mm."""
    with open_result(path) as result:
        for name, figure in everything(result, width=COLUMN).items():
            keep_apart(name, figure)
