"""`hpcph convert`: what is written is the crystal, for phonopy and for hpcph; and what it says, or refuses."""

import re
from dataclasses import replace

import numpy as np
import physics
import pytest
from export import phonopys
from export.phonopys import CONSTANTS, EXACT, PARAMS, apart, differ, exported, read_again
from parallel import world

from hpcph.config.load import load
from hpcph.crystal.supercell import settle
from hpcph.export.phonopy import told_apart
from hpcph.prepare import crystal, look

ROOM = 20.0, 300.0
READERS = {  # files by format, relative to the data of the readers
    "qe-q2r": ["qe_q2r/alas.444.fc"],
    "abinit-ddb": ["abinit_ddb/trf2_3_DDB.xz"],
    "alamode": ["alamode/super444_0.01.xml.xz"],
    "phonopy in Rydberg": [f"phonopy_units_qe/{name}.xz" for name in ("phonopy_disp.yaml", "FORCE_SETS", "BORN")],
}


@pytest.mark.parametrize("name", ["embedded", "zno"])
def test_first_principles_with_charges(tmp_path, name):
    """Phonopy has the D of a symmetric crystal, LO and TO modes in all directions too."""
    loaded = physics.loaded(name)
    found = exported(loaded, tmp_path)
    assert apart(tmp_path, found, loaded.commensurate_qc) < EXACT


@pytest.mark.parametrize("case", READERS)
def test_any_format(tmp_path, case):
    """Files of other programs become phonopy's, read again with the same D at their own wave vectors and between."""
    seen = look.files([physics.data(f"readers/{name}") for name in READERS[case]], None)
    phonopys.write(look.in_supercell(seen), look.head(seen), tmp_path)
    found, again = seen.given.crystal, look.files([tmp_path / PARAMS, tmp_path / CONSTANTS], None).given.crystal
    q = np.concatenate([seen.given.commensurate_qc[:24], physics.random_q(found.structure, 3)])
    assert differ(again, found, q) < EXACT and again.structure.space_group == found.structure.space_group
    assert apart(tmp_path, found, seen.given.commensurate_qc) < EXACT


@pytest.mark.parametrize("name", ["embedded", "quartz_pbesol"])
def test_angular_momentum_survives_the_round_trip(tmp_path, name):
    """γ^NL and χ of what is read again are those of the crystal, and its point group is."""
    found = exported(physics.loaded(name), tmp_path)
    again = settle(read_again(tmp_path), physics.ALL).crystal
    before, after = (physics.respond(one, 4, (0, 0, 0.5), ROOM) for one in (found, again))
    for tensor, channel in physics.TENSORS:
        one, other = (response[tensor, channel] for response in (before, after))
        np.testing.assert_allclose(other, one, atol=1e-11 * np.abs(one).max())
    assert again.structure.space_group == found.structure.space_group


def test_phonopy_has_the_frequencies_of_the_file_that_it_came_from(tmp_path):
    """With the translational rule alone, which the file obeys, phonopy's bands of both are the same everywhere."""
    exported(physics.loaded("zno"), tmp_path, physics.TRANSLATION)
    own, ours = physics.phonopys("zno"), phonopys.by_phonopy(tmp_path)
    q = physics.random_q(physics.loaded("zno").structure, 5)
    for ph in (own, ours):
        ph.run_qpoints(q)
    np.testing.assert_allclose(ours.qpoints.frequencies, own.qpoints.frequencies, atol=1e-6)


def test_the_other_enantiomorph_stays_one(tmp_path):
    """crystal.inverted: the space group is the mirror image's, and so is every angular momentum."""
    source = load(world.write(tmp_path, {"crystal": {**world.QUARTZ["crystal"], "inverted": True}, "bands": {}}))
    seen = look.of_input(source)
    phonopys.write(look.in_supercell(seen), look.head(seen), tmp_path)
    assert "# the other enantiomorph of the files" in (tmp_path / PARAMS).read_text()
    again = settle(read_again(tmp_path), physics.ALL).crystal
    assert again.structure.space_group == "P3_221 (154)" == seen.given.crystal.structure.space_group
    assert differ(again, seen.given.crystal, physics.random_q(again.structure, 3)) < EXACT


def test_isotopes_and_labels_are_told_apart(tmp_path):
    """Masses keep all their digits, species of one element their names, and symmetry what both leave of it."""
    loaded = physics.loaded("embedded")
    structure = loaded.structure
    mass = structure.mass_a.copy()
    mass[0] *= 29.976 / 28.0855
    names = ("Si_up", "Si_dn", *structure.symbols[2:])
    changed = replace(loaded, structure=replace(structure, mass_a=mass, symbols=names))
    found = exported(changed, tmp_path)
    again = read_again(tmp_path)
    np.testing.assert_allclose(again.structure.mass_a, mass, rtol=1e-15)
    assert again.structure.symbols[:4] == ("Si1", "Si2", "Si3", "O") and again.structure.space_group == "P1 (1)"
    assert differ(settle(again, physics.ALL).crystal, found, loaded.commensurate_qc[:9]) < EXACT


def test_names_of_species():
    """Those that phonopy knows stay; others get numbers; what is no element has a mass and no name."""
    assert told_apart(["Fe1", "Fe2", "O"]) == ["Fe1", "Fe2", "O"]
    assert told_apart(["Fe_up", "Fe-dn", "Fe_up"]) == ["Fe1", "Fe2", "Fe1"]
    assert told_apart(["H", "D"]) == ["H1", "H2"] and told_apart(["Si"]) == ["Si"]


@pytest.mark.parametrize("rules", [[], ["translational"]])
def test_the_head_says_what_was_imposed(tmp_path, rules):
    """The sum rules of the input, and no others; names of the files, but not of their folders."""
    given = {"crystal": {**world.QUARTZ["crystal"], "sum_rules": rules}, "bands": {}}
    done = world.here("convert", world.write(tmp_path, given), "--output", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "made" / PARAMS).read_text()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert any(line.startswith(f"# sum rules imposed: {', '.join(rules) or 'none'};") for line in head)
    assert "# from phonopy_params.yaml.xz" in head and re.match("# written by hpcph [0-9]", head[0])
    assert done.stdout.split() == [str(tmp_path / "made" / name) for name in (PARAMS, CONSTANTS)]
    source = load(world.write(tmp_path, given))
    found, again = crystal.crystal(source).crystal, settle(read_again(tmp_path / "made"), frozenset()).crystal
    assert differ(again, found, crystal.crystal(source).commensurate_qc[:9]) < EXACT


def test_nothing_is_overwritten(tmp_path):
    """Either file that is there stays; so does a link that leads nowhere."""
    for name in (PARAMS, CONSTANTS):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).symlink_to("nowhere")
        done = world.here("convert", world.QUARTZ["crystal"]["force_constants"], "-o", folder)
        assert done.returncode == 2 and "nothing is overwritten" in done.stderr and done.stderr.count("\n") == 1
        assert [path.name for path in folder.iterdir()] == [name] and not (folder / name).exists()


def test_what_cannot_be_converted_is_refused(tmp_path):
    """A model in its own units, files that are no crystal, a folder that is a file: one line, exit code 2."""
    (tmp_path / "file").write_text("")
    quartz = world.QUARTZ["crystal"]["force_constants"]
    for words, said in {
        (world.ROOT / "inputs/te_chain.yaml", "-o", tmp_path / "a"): "is in units of its own",
        (tmp_path / "missing.yaml", "-o", tmp_path / "a"): "cannot be read",
        (tmp_path / "missing", quartz, "-o", tmp_path / "a"): "no such file",
        (quartz, "-o", tmp_path / "file"): "cannot be written",
        (quartz, "--supercell", "2,2", "-o", tmp_path / "a"): "three whole numbers",
        (quartz,): "is missing",
    }.items():
        try:
            done = world.here("convert", *words)
        except SystemExit as err:
            assert err.code == 2
            continue
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "a").exists()
