"""Style sheets of readers: colours and fonts are taken, nothing in them is executed, mistakes are one line."""

import os

import matplotlib
import pytest

from hpcph.errors import InputError
from hpcph.figures import style, stylefile
from hpcph.figures.choices import Choices


def written(folder, text):
    path = folder / "paper.mplstyle"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_looks_are_taken_and_sizes_are_those_of_sheets(tmp_path):
    """Comments, quotes, colours and a cycle; what the sheet decides itself is passed over."""
    text = (
        'font.size: 9  # points\n\n# grid\naxes.facecolor: "#eeeeee"\nfigure.figsize: 3, 2\nsavefig.bbox: tight\n'
        "axes.prop_cycle: cycler('color', ['r', 'k']) + cycler(linestyle=['-', '--'])\n"
    )
    found = stylefile.read(written(tmp_path, text))
    assert set(found) == {"font.size", "axes.facecolor", "axes.prop_cycle"}
    assert found["font.size"] == 9 and found["axes.facecolor"] == "#eeeeee"
    assert found["axes.prop_cycle"].by_key() == {"color": ["r", "k"], "linestyle": ["-", "--"]}


def test_matplotlib_s_own_styles_go_by_name():
    """Every one that it brings; of ggplot the ground is grey and ticks are larger."""
    for name in matplotlib.style.available:
        found = stylefile.read(name)
        assert all(key.startswith(stylefile.LOOKS) for key in found)
    look = Choices.of(None, "1", "20nm", look="ggplot").look
    assert look["axes.facecolor"] == "#E5E5E5" and look["pdf.fonttype"] == style.RC["pdf.fonttype"]


@pytest.mark.parametrize(
    "cycle",
    [
        "cycler(color=[().__class__.__base__.__subclasses__()])",
        "__import__('os').system('touch {there}')",
        "cycler(color=open('{there}', 'w'))",
        "cycler(color=[c for c in 'rgb'])",
        "cycler(color=['r'] * 10**9)",
        "cycler(color='rgb')",
        "cycler(markevery=[1])",
        "cycler(color=['no colour'])",
        "cycler(color=['r', 'g']) + cycler(lw=[1])",
        "cycler()",
        " * ".join(["cycler(lw=[1, 2, 3, 4, 5, 6, 7, 8, 9])", "cycler(ls=['-', ':'] )"] * 20),
        "(" * 5000,
        "-" * 5000 + "1",
    ],
)
def test_a_cycle_is_read_and_never_executed(tmp_path, cycle):
    """Calls, names, comprehensions, products without end: one line, and no file appears."""
    there = tmp_path / "made"
    path = written(tmp_path, f"axes.prop_cycle: {cycle.replace('{there}', str(there))}\n")
    with pytest.raises(InputError, match=r"line 1: axes\.prop_cycle cannot be") as caught:
        stylefile.read(path)
    assert "\n" not in str(caught.value) and not there.exists()


@pytest.mark.parametrize(
    "line, words",
    [
        ("font.sise: 9", "no setting font.sise; did you mean font.size"),
        ("font.size: large and small", "cannot be"),
        ("font.size: nan", "must be from 1 to 100"),
        ("axes.labelsize: 1e9", "must be from 1 to 100"),
        ("lines.linewidth: 1e300", "must be from -1000 to 1000"),
        ("font.size 9", "give `key: value`"),
        ("font.size: 9\nfont.size: 10", "line 2: font.size stands there twice"),
        ("backend: TkAgg", "backend is no look of figures"),
        ("savefig.directory: /tmp", "savefig.directory is no look"),
        ("figure.hooks: os:getcwd", "figure.hooks is no look"),
        ("text.usetex: True", "text.usetex is no look"),
        ("text.latex.preamble: \\input{/etc/passwd}", "is no look"),
        ("ps.usedistiller: ghostscript", "is no look"),
        ("animation.ffmpeg_path: /bin/sh", "is no look"),
        ("svg.hashsalt: mine", "is no look"),
    ],
)
def test_what_is_no_look_is_refused(tmp_path, line, words):
    """With its line."""
    with pytest.raises(InputError, match=words) as caught:
        stylefile.read(written(tmp_path, line))
    assert caught.value.key == "--style" and "\n" not in str(caught.value)


def test_what_is_no_style_sheet_is_refused(tmp_path):
    """Nothing there, a folder, a pipe, bytes, a device without end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_bytes(b"#" * (stylefile.MOST_BYTES + 1))
    missing = {"ggplto": "did you mean ggplot", "bytse": "did you mean bytes", "nul\0": "cannot be read|neither"}
    others = {".": "is no file", "pipe": "is no file", "bytes": "is no text", "large": "larger than 64 kB"}
    for name, words in (missing | others).items():
        with pytest.raises(InputError, match=words):
            stylefile.read(str(tmp_path / name) if name not in ("ggplto", "nul\0") else name)
    with pytest.raises(InputError, match="is no file"):
        stylefile.read("/dev/zero")


def test_series_have_the_colours_of_the_style(tmp_path):
    """Where a colour is only a name for a curve; the palette's else."""
    path = written(tmp_path, "axes.prop_cycle: cycler(color=['#112233', '#445566'])\n")
    with matplotlib.rc_context(Choices.of(None, "1", "20nm", look=path).look):
        assert style.names(["Si", "O", "Zn"]) == {"Si": "#112233", "O": "#445566", "Zn": "#112233"}
    with matplotlib.rc_context(style.RC):
        assert list(style.names(["Si", "O"]).values()) == list(style.OKABE_ITO[:2])
