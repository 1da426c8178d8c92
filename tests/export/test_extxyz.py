"""What ASE reads back from an animated mode is a solution of Newton's equation that turns as l says."""

import ase.io
import numpy as np
import pytest
from export import newton
from parallel import world

from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.result.open import open_result
from hpcph.show.mode import find

FRAMES = 8


def animation(result, folder, **options):
    """The frames of an export, and the lines that it prints."""
    lines = export(result, Options("extxyz", frames=str(FRAMES), output=folder / "mode.extxyz", **options))
    return ase.io.read(folder / "mode.extxyz", index=":", format="extxyz"), lines


def harmonics(frames) -> tuple[np.ndarray, np.ndarray]:
    """Parts of the displacement with cos ωt and sin ωt, by the phases that the frames state; all that is in them."""
    phase = np.array([frame.info["phase"] for frame in frames])
    u = np.array([frame.arrays["displacement"] for frame in frames])
    cosine, sine = (2 / len(u) * np.tensordot(f(phase), u, axes=1) for f in (np.cos, np.sin))
    rebuilt = np.cos(phase)[:, None, None] * cosine + np.sin(phase)[:, None, None] * sine
    np.testing.assert_allclose(rebuilt, u, atol=3e-8)
    return cosine, sine


@pytest.mark.parametrize("q", ["0,0,0.25", "0.25,0.25,0.25"])
@pytest.mark.parametrize("branch", [1, 2, 9, 20, 27])
def test_the_motion_obeys_newton(result, crystal, tmp_path, q, branch):
    """Φu = mω²u in phonopy's supercell with phonopy's force constants, at every moment of the period."""
    frames, _ = animation(result, tmp_path, q=q, branch=str(branch), cells="4,4,4")
    rest = frames[0].positions - frames[0].arrays["displacement"]
    for part in harmonics(frames):
        assert crystal.residual(rest, part, frames[0].info["frequency_THz"] * 1e12) < 2e-5


@pytest.mark.parametrize("branch", [1, 2, 3, 9, 20, 27])
def test_the_motion_turns_as_l_says(result, tmp_path, branch):
    """The angular momentum of the frames is the polarization of the result, sign and size, and that of the info."""
    frames, _ = animation(result, tmp_path, q="0,0,0.25", branch=str(branch))
    found = newton.angular_momentum(*harmonics(frames), frames[0].get_masses())
    with open_result(result) as data:
        stored = data.orbits_polarization[0, branch - 1].values
    assert np.abs(stored[2]) > 1e-3
    np.testing.assert_allclose(found, stored, atol=2e-4)  # ASE's masses are not the file's to the last digit
    np.testing.assert_allclose(frames[0].info["phonon_polarization"], stored, atol=1e-6)


def test_frames_are_the_formula(result, tmp_path):
    """u = A Re U e^{i(2πq·T − ωt)} on top of the crystal, one period without its end."""
    frames, _ = animation(result, tmp_path, q="0,0,0.091", branch="2", cells="2,1,3", amplitude="0.05 nm")
    with open_result(result) as data:
        mode = find(data, np.array([0, 0, 0.091]), 2)
    T = np.array([[a, 0, c] for a in range(2) for c in range(3)])
    rest = (T[:, None] + mode.position_ac).reshape(-1, 3) @ mode.lattice_vc * 1e10
    assert len(frames) == FRAMES
    for number, frame in enumerate(frames):
        wave = np.exp(1j * (2 * np.pi * T @ mode.q_c - 2 * np.pi * number / FRAMES))
        u = 0.5 * (wave[:, None, None] * mode.amplitude_ac).real.reshape(-1, 3)
        np.testing.assert_allclose(frame.arrays["displacement"], u, atol=1e-8)
        np.testing.assert_allclose(frame.positions, rest + u, atol=2e-8)
        assert frame.get_chemical_symbols() == list(mode.symbols) * 6
        assert frame.info["time_fs"] == pytest.approx(1e15 / mode.frequency * number / FRAMES)
        assert (frame.info["branch"], frame.info["q"].tolist()) == (2, [0, 0, 0.091])
    np.testing.assert_allclose(frames[0].cell, mode.lattice_vc * [[2], [1], [3]] * 1e10)


def test_the_supercell_holds_whole_waves(result, tmp_path):
    """¼ fits into 4 cells and is periodic; 0.091 is taken for 1/11, said, and open along c."""
    frames, lines = animation(result, tmp_path, q="0,0,0.25")
    assert (len(frames[0]), frames[0].pbc.tolist()) == (4 * 9, [True, True, True])
    assert any("1×1×4" in line and "the mode's own" in line for line in lines)
    frames, lines = animation(result, tmp_path, q="0,0,0.09")
    assert (len(frames[0]), frames[0].pbc.tolist()) == (11 * 9, [True, True, False])
    assert any("nearest stored wave vector to (0, 0, 0.09)" in line for line in lines)
    assert any("(0, 0, 0.0909091), 9.1e-05 off" in line and "open along c" in line for line in lines)


WRONG = [  # options, and where each complaint begins
    ("--format xyz", "--format = xyz:"),
    ("--format extxyz --branch 0", "--branch = 0:"),
    ("--format extxyz --branch 28", "branch = 28:"),
    ("--format extxyz --q 0,0", "--q = 0,0:"),
    ("--format vesta --q 0,0,nan", "--q = 0,0,nan:"),
    ("--format extxyz --cells 0,1,1", "--cells = 0,1,1:"),
    ("--format vesta --cells 1000,1000,1000", "--cells = 1000,1000,1000:"),
    ("--format extxyz --frames 0", "--frames = 0:"),
    ("--format extxyz --cells 100,100,1 --frames 10000", "--frames = 10000:"),
    ("--format extxyz --amplitude 3kg", "--amplitude = 3kg:"),
    ("--format extxyz --amplitude=-1nm", "--amplitude = -1nm:"),
    ("--format vesta --vectors velocity", "--vectors = velocity:"),
    ("--format table --output /no/such/folder/x.csv", "--output = /no/such/folder/x.csv:"),
    ("--format moments --leg A-X", "--leg = A-X:"),
    ("--format extxyz --vectors displacement", "--vectors = displacement: extxyz has no use for it"),
    ("--format extxyz --leg Γ-A", "--leg = Γ-A: extxyz has no use for it"),
    ("--format vesta --frames 32", "--frames = 32: vesta has no use for it"),
    ("--format vesta --vectors polarization --amplitude 1angstrom", "--amplitude = 1angstrom: --vectors polarization"),
    ("--format table --q 0,0,0", "--q = 0,0,0: table has no use for it"),
    ("--format moments --branch 1", "--branch = 1: moments has no use for it"),
    ("--format phononwebsite --cells 1,1,2 --leg Γ-A", "--cells = 1,1,2: phononwebsite", "--leg = Γ-A: phononwebsite"),
]


@pytest.mark.parametrize("words, complaints", [(words, lines) for words, *lines in WRONG])
def test_bad_options_are_one_line(result, capsys, words, complaints):
    """Exit code 2, a line that names the option, no file."""
    from hpcph.cli import main

    before = set(result.parent.iterdir())
    with world.communicator() as comm:
        assert main(["export", str(result), *words.split()], comm) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(complaints)
    assert all(line.startswith(f"hpcph: {start}") for line, start in zip(lines, complaints, strict=True)), lines
    assert set(result.parent.iterdir()) == before


def test_results_without_eigenvectors_say_which_section_is_missing(tmp_path, capsys):
    """One line for every format."""
    from hpcph.cli import main

    small = world.quartz(mesh__grid=[1, 1, 1], modes=False, bands=world.DROP, slices=world.DROP, orbits=world.DROP)
    with world.communicator() as comm:
        path = world.compute(comm, tmp_path, small).path
        for form in ("extxyz --q 0,0,0", "vesta --q 0,0,0", "phononwebsite", "table", "moments"):
            assert main(["export", str(path), "--format", *form.split()], comm) == 2
            err = capsys.readouterr().err
            assert "bands" in err and err.count("\n") == 1, err
