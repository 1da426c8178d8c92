"""Quantum ESPRESSO's force constants: matdyn's own answers, commensurate q, lattices, other cells."""

import lzma
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import physics
import pytest
from readers import espresso

from hpcph import constants
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import forceconstants, proposal
from hpcph.readers import espresso_cell, espresso_matrices, foreign, quantum_espresso
from hpcph.readers.files import Files, opened

Q2R = {
    "qe_q2r/alas.444.fc": "qe_q2r/reference_AlAs_ibrav2_born.json",
    "qe_q2r/alas.444.fc.xml.xz": "qe_q2r/reference_AlAs_xml.json",
    "qe_q2r/NaCl-ph.fc": "qe_q2r/reference_NaCl444_ibrav0_born_alpha.json",
    "qe_q2r/NaCl-q2r.fc.xz": "qe_q2r/reference_NaCl888_ibrav0_noborn.json",
    "qe_q2r/bn881.fc": "qe_q2r/reference_BN_2D_3Ddipole.json",
    "shengbte/espresso.ifc2.xz": "shengbte/reference_Si_espresso_ifc2.json",
}
QE76 = (
    "cF-mp-30530", "cI-mp-11661", "hP-mp-6040", "mC-mp-539", "oF-synthetic-strained-NaCl", "oP-mp-1716", "tP-mp-27355",
)  # fmt: skip
DYN = "sscha_dyn/PbTe.dyn1"
BULK = [*(name for name in Q2R if "bn" not in name), *(f"qe76/{name}/{name}.fc.xz" for name in QE76)]


def path(name: str) -> Path:
    return physics.data(f"readers/{name}")


@cache
def parsed(name: str):
    return quantum_espresso.short_range(opened("crystal.force_constants", path(name), Path("unused")))


@cache
def read(name: str):
    content = opened("crystal.force_constants", path(name), Path("unused"))
    if name == DYN:
        others = [opened(content.key, other, Path("unused")) for other in espresso_matrices.beside(content.path)]
        return espresso_matrices.read((content, *others))
    return quantum_espresso.read(content)


def total(name: str, q_c: np.ndarray, phi=None, direction=None) -> np.ndarray:
    found = parsed(name)
    c = espresso.series(found, found.phi_tab if phi is None else phi, q_c)
    return c if found.charges is None else c + espresso.dipoles(found, q_c, direction)


@pytest.mark.parametrize("name", list(Q2R))
def test_frequencies_and_angular_momenta_are_matdyns(name):
    """By matdyn's interpolation with its acoustic sum rule: at generic q and the directions of Γ."""
    reference = espresso.reference(Q2R[name])
    mass, phi = parsed(name).cell.mass_a, espresso.simple(parsed(name))
    pam = reference.get("pam_hbar", [None] * 9)
    for q, frequency, l_nc in zip(reference["q"], reference["frequency_THz"], pam, strict=False):
        off, turned = espresso.apart(espresso.modes(total(name, np.array(q), phi), mass), frequency, l_nc)
        assert off < reference["tolerance_THz"] and turned < 1e-5
    along = reference.get("directions", []), reference.get("gamma_direction_frequency_THz", [])
    for direction, frequency in zip(*along, strict=True):
        found = espresso.modes(total(name, np.zeros(3), phi, direction), mass)
        assert espresso.apart(found, frequency)[0] < reference["tolerance_THz"]


def test_a_lattice_of_the_other_sign_is_seen_in_angular_momenta_alone():
    """Frequencies of −q are those of q; l is of the other sign: the test above would notice."""
    name = "qe_q2r/alas.444.fc"
    reference = espresso.reference(Q2R[name])
    mass, phi = parsed(name).cell.mass_a, espresso.simple(parsed(name))
    found = espresso.modes(total(name, -np.array(reference["q"][0]), phi), mass)
    off, turned = espresso.apart(found, reference["frequency_THz"][0], reference["pam_hbar"][0])
    assert off < 2e-5 and turned > 0.5


@pytest.mark.parametrize("name", QE76)
def test_matrices_are_matdyns_with_and_without_the_field(name):
    """QE 7.6, no sum rule, to the digits of its file: Γ, approached along the first reciprocal vector, and near it."""
    folder, file = path(f"qe76/{name}"), f"qe76/{name}/{name}.fc.xz"
    found = parsed(file)
    for field in ("on", "off"):
        text = lzma.open(folder / f"{name}.{field}.dyn.xz", "rt").read()
        at_gamma, near = (matrix for _, matrix in espresso.matrices(text, len(found.cell.mass_a)))
        for q, theirs in (([0, 0, 0], at_gamma), ([1e-4, 0, 0], near)):
            own = espresso.series(found, found.phi_tab, np.array(q))
            if field == "on":
                own = own + espresso.dipoles(found, np.array(q), None if any(q) else [1, 0, 0])
            assert np.abs(own - theirs).max() < 2e-8


@pytest.mark.parametrize("name", BULK)
def test_the_whole_matrix_at_q_of_the_grid_is_matdyns(name):
    """What the reader makes of short-range constants and charges, C(q) of some q."""
    ours, found = read(name), parsed(name)
    root = np.repeat(np.sqrt(ours.mass_a), 3)
    q_qc = np.array(list(np.ndindex(*found.grid))) / found.grid
    for q in q_qc[:: len(q_qc) // 2 - 1][:3]:
        q = q - np.rint(q)
        theirs = total(name, q).swapaxes(1, 2).reshape(len(root), -1) * espresso.RYDBERG
        d = ours.dynamical(q) * np.outer(root, root)
        assert np.abs(d - theirs).max() < 1e-9 * np.abs(theirs).max()


def test_matrices_of_files_come_back_at_their_q():
    """prefix.dyn1 …: D(q) of every q of every star is the file's, Hermitian."""
    found = read(DYN)
    root = np.repeat(np.sqrt(found.mass_a), 3)
    count = 0
    for file in sorted(path("sscha_dyn").glob("PbTe.dyn*")):
        for q, theirs in espresso.matrices(file.read_text().split("Diagonalizing")[0], 2):
            fractional = q @ found.lattice_vc.T / (12.215 * constants.bohr)
            own = found.dynamical(fractional) * np.outer(root, root) / espresso.RYDBERG
            assert np.abs(own - theirs.swapaxes(1, 2).reshape(6, 6)).max() < 2e-8
            count += 1
    assert count == 64


@pytest.mark.parametrize("name", [*BULK, DYN])
def test_the_crystal_has_them_at_q_of_the_grid(name):
    """The whole way into a crystal, dipoles taken out and put in: ν and l of the total D at commensurate q."""
    loaded = forceconstants.load(Files(path(name), primitive="P"))
    crystal, ours = physics.crystal_of(loaded), foreign.read(Files(path(name)), *how(name))
    q_qc = loaded.commensurate_qc[:: max(1, len(loaded.commensurate_qc) // 8)]
    for q, d in zip(q_qc, dynamical.matrices(crystal, q_qc), strict=True):
        expected = espresso.of_dynamical(ours.dynamical(q))
        scale = np.abs(expected[0]).max()
        off, turned = espresso.apart(espresso.of_dynamical(d), *expected)
        assert off < (1e-7 if q.any() else 1e-4) * scale and turned < 1e-4


def how(name: str) -> tuple:
    return foreign.recognised(Files(path(name))), 1e-15


# what hpcph's own sharing of a supercell leaves of other programs' interpolation at generic q, THz and ħ: measured
BETWEEN = {
    "qe_q2r/alas.444.fc": (1.5e-3, 1e-3), "qe_q2r/alas.444.fc.xml.xz": (1.5e-3, 1e-3),
    "qe_q2r/NaCl-ph.fc": (2e-5, 0), "qe_q2r/NaCl-q2r.fc.xz": (2e-5, 0), "shengbte/espresso.ifc2.xz": (1e-5, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BETWEEN))
def test_between_them_images_are_shared_as_matdyn_has_it_where_only_translation_is_asked(name):
    """With α of 1 the tail of AlAs's dipoles in real space is 1e-3 THz, which matdyn shares among nearest images."""
    reference = espresso.reference(Q2R[name])
    rules = frozenset([physics.SumRule.TRANSLATIONAL])
    crystal = physics.supercell.settle(forceconstants.load(Files(path(name))), rules).crystal
    d_q = dynamical.matrices(crystal, np.array(reference["q"]))
    pam = reference.get("pam_hbar", [None] * len(d_q))
    for d, frequency, l_nc in zip(d_q, reference["frequency_THz"], pam, strict=True):
        off, turned = espresso.apart(espresso.of_dynamical(d), frequency, l_nc)
        assert off < BETWEEN[name][0] and turned <= BETWEEN[name][1]


HOLOHEDRY = {
    1: 48, 2: 48, 3: 48, -3: 48, 4: 24, 5: 12, -5: 12, 6: 16, 7: 16, 8: 8, 9: 8, -9: 8, 91: 8, 10: 8, 11: 8,
    12: 4, -12: 4, 13: 4, 14: 2,
}  # fmt: skip
CENTRED = {2: 4, 3: 2, -3: 2, 7: 2, 9: 2, -9: 2, 91: 2, 10: 4, 11: 2, 13: 2}


@pytest.mark.parametrize("ibrav", HOLOHEDRY)
def test_lattices_of_ibrav_have_their_symmetry_and_volume(ibrav):
    """As many operations as the lattice's system has, and the volume of the cell over its lattice points."""
    import spglib

    b, c, cosines = 1.3, 1.7, (0.1, 0.2, 0.15)
    if ibrav in (5, -5, 12, 13):
        cosines = (0.1, 0, 0)
    celldm = np.array([1.0, b, c, *cosines])
    at = espresso_cell.bravais(ibrav, celldm)
    assert len(spglib.get_symmetry((at, [[0, 0, 0]], [1]), 1e-6)["rotations"]) == HOLOHEDRY[ibrav]
    sides = {1: 1, 2: 1, 3: 1, -3: 1, 4: c * np.sqrt(3) / 2, 5: 1, -5: 1, 6: c, 7: c}.get(ibrav, b * c)
    x, y, z = {5: (0.1, 0.1, 0.1), -5: (0.1, 0.1, 0.1), 12: (0, 0, 0.1), 13: (0, 0, 0.1), -12: (0, 0.2, 0)}.get(
        ibrav, cosines if ibrav == 14 else (0, 0, 0)
    )
    volume = sides * np.sqrt(1 + 2 * x * y * z - x * x - y * y - z * z) / CENTRED.get(ibrav, 1)
    assert np.isclose(abs(np.linalg.det(at)), volume)


def test_ibrav_13_of_minus_is_refused():
    """Versions of Quantum ESPRESSO differ in it."""
    assert espresso_cell.bravais(-13, np.array([1, 1.3, 1.7, 0, 0.2, 0])) is None


def written(found, folder: Path, twice: bool, names=("'Al '", "'As '")) -> Path:
    """AlAs without its field as a file of q2r.x, in its cell or one twice as large."""
    phi = found.phi_tab.reshape(*found.grid, 2, 2, 3, 3)
    one, two, three = found.grid
    shifts = [np.zeros(3), found.cell.lattice_vc[2]] if twice else [np.zeros(3)]
    lattice = found.cell.lattice_vc / found.cell.alat * np.array([[1], [1], [len(shifts)]])
    rows = [f" 2 {2 * len(shifts)} 0 {found.cell.alat} 0 0 0 0 0", *(" ".join(map(repr, v.tolist())) for v in lattice)]
    rows += [f"{k + 1} {name} {float(m) / constants.atomic_mass * 911.4442431}" for k, (name, m) in
             enumerate(zip(names, found.cell.mass_a, strict=True))]  # fmt: skip
    atoms = [(k, found.cell.places_ac[k] + shift) for shift in shifts for k in range(2)]
    for n, (k, place) in enumerate(atoms):
        rows.append(f"{n + 1} {k + 1} " + " ".join(map(repr, (place / found.cell.alat).tolist())))
    three //= len(shifts)
    rows += ["F", f"{one} {two} {three}"]
    for i, j, a, b in np.ndindex(3, 3, len(atoms), len(atoms)):
        rows.append(f"{i + 1} {j + 1} {a + 1} {b + 1}")
        for m3, m2, m1 in np.ndindex(three, two, one):
            apart = len(shifts) * -m3 + b // 2 - a // 2  # T = −R
            value = phi[-m1 % one, -m2 % two, apart % found.grid[2], a % 2, b % 2, i, j]
            rows.append(f"{m1 + 1} {m2 + 1} {m3 + 1} {float(value)}")
    target = folder / f"{len(shifts)}.fc"
    target.write_text("\n".join(rows) + "\n")
    return target


def test_a_cell_that_is_not_primitive_is_shortened(tmp_path):
    """Twice the cell of AlAs along c gives the crystal of the cell; P keeps it, with the frequencies of both q."""
    found = parsed("qe_q2r/alas.444.fc")
    small = forceconstants.load(Files(written(found, tmp_path, twice=False)))
    large = Files(written(found, tmp_path, twice=True))
    short, whole = forceconstants.load(large), forceconstants.load(replace(large, primitive="P"))
    assert any("primitive cell" in line for line in short.remarks)
    assert len(short.structure.mass_a) == 2 and len(whole.structure.mass_a) == 4
    q = np.array([0.1, 0.2, 0.3])  # of the small cell; its c* is twice that of the large one
    k = q @ small.structure.reciprocal_vc

    def modes(loaded, shift=0):
        fractional = k @ loaded.structure.lattice_vc.T / (2 * np.pi) + [0, 0, shift]
        return espresso.of_dynamical(dynamical.matrices(physics.crystal_of(loaded), fractional[None])[0])

    frequency, l_nc = modes(small)
    assert max(espresso.apart(modes(short), frequency, l_nc)) < 1e-6
    assert np.abs(modes(whole)[0][:, None] - frequency).min(axis=0).max() < 1e-6


def test_what_a_file_does_not_name_is_seen_from_masses(tmp_path):
    """Blank names of species, as q2r.x writes some: a line says what they were taken for."""
    file = written(parsed("qe_q2r/alas.444.fc"), tmp_path, twice=False, names=("'  '", "'As'"))
    loaded = forceconstants.load(Files(file))
    assert loaded.structure.symbols == ("Al", "As")
    assert any("taken for Al by their mass" in line for line in loaded.remarks)


def test_charges_of_born_go_before_those_of_the_file(tmp_path):
    """crystal.born: the file's own are what its dipoles were taken out with, BORN's those of the crystal."""
    (tmp_path / "BORN").write_text(
        "# AlAs\n" + "9 0 0 0 9 0 0 0 9\n" + "2 0 0 0 2 0 0 0 2\n" + "-2 0 0 0 -2 0 0 0 -2\n"
    )
    name = path("qe_q2r/alas.444.fc")
    loaded = forceconstants.load(Files(name, born=tmp_path / "BORN"))
    np.testing.assert_allclose(loaded.dielectric.born[0], 2 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(loaded.dielectric.epsilon, 9 * np.eye(3), atol=1e-12)
    np.testing.assert_array_equal(loaded.pairs.phi, forceconstants.load(Files(name)).pairs.phi)
    assert any("BORN instead of those of alas.444.fc" in line for line in loaded.remarks)


def test_xml_of_newer_versions_is_the_text(tmp_path):
    """Without iotk's header and attributes, with alpha_ewald: NaCl's file written anew."""
    found = parsed("qe_q2r/NaCl-ph.fc")
    cell, (born, epsilon), alat = found.cell, found.charges, found.cell.alat

    def tag(name, values):
        return f"<{name}>{' '.join(repr(float(x)) for x in np.ravel(values))}</{name}>"

    geometry = "<NUMBER_OF_TYPES>2</NUMBER_OF_TYPES><NUMBER_OF_ATOMS>2</NUMBER_OF_ATOMS>"
    geometry += tag("CELL_DIMENSIONS", [alat, 0, 0, 0, 0, 0]) + tag("AT", cell.lattice_vc / alat)
    for n, name in enumerate(("Na", "Cl"), 1):
        mass, place = cell.mass_a[n - 1] / constants.atomic_mass, " ".join(map(str, cell.places_ac[n - 1] / alat))
        geometry += f"<TYPE_NAME.{n}>{name}</TYPE_NAME.{n}>{tag(f'MASS.{n}', mass)}"
        geometry += f'<ATOM.{n} SPECIES="{name}" INDEX="{n}" TAU="{place}"/>'
    charges = "".join(tag(f"Z_AT_.{a + 1}", z.T) for a, z in enumerate(born))
    blocks = tag("MESH_NQ1_NQ2_NQ3", found.grid).replace(".0", "") + tag("alpha_ewald", 1.46446352346257)
    table = found.phi_tab.reshape(*found.grid, 2, 2, 3, 3)
    for one, two, three, a, b in np.ndindex(*found.grid, 2, 2):
        name = f"s_s1_m1_m2_m3.{a + 1}.{b + 1}.{one + 1}.{two + 1}.{three + 1}"
        blocks += f"<{name}>{tag('IFC', table[-one, -two, -three, a, b].T)}</{name}>"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><Root><GEOMETRY_INFO>{geometry}</GEOMETRY_INFO>'
        f"<DIELECTRIC_PROPERTIES>{tag('EPSILON', epsilon)}<ZSTAR>{charges}</ZSTAR></DIELECTRIC_PROPERTIES>"
        f"<INTERATOMIC_FORCE_CONSTANTS>{blocks}</INTERATOMIC_FORCE_CONSTANTS></Root>"
    )
    (tmp_path / "NaCl.xml").write_text(text)
    ours = forceconstants.load(Files(tmp_path / "NaCl.xml"))
    theirs = forceconstants.load(Files(path("qe_q2r/NaCl-ph.fc")))
    np.testing.assert_allclose(ours.pairs.phi, theirs.pairs.phi, atol=1e-9)
    np.testing.assert_allclose(ours.dielectric.born, theirs.dielectric.born)


def test_masses_that_a_format_lacks_are_the_elements():
    """NaN in what a reader hands on: a line says so; of no element there is none."""
    found = replace(read("qe_q2r/NaCl-ph.fc"), mass_a=np.array([np.nan, np.nan]), remarks=())
    content = opened("crystal.force_constants", path("qe_q2r/NaCl-ph.fc"), Path("unused"))
    given = foreign.named(content, found)
    np.testing.assert_allclose(given.mass_a / constants.atomic_mass, [22.98976928, 35.453], rtol=1e-4)
    assert given.remarks == ("mass of Na from the element: 22.9898 u", "mass of Cl from the element: 35.453 u")
    with pytest.raises(InputError, match="has no masses, and 'Q1'"):
        foreign.named(content, replace(found, symbols=("Q1", "Cl")))


def test_an_input_is_written_for_it(tmp_path):
    """hpcph init knows the file for one with all that is needed, and check accepts what it writes."""
    text = proposal.propose([path("qe_q2r/NaCl-ph.fc")], None, tmp_path / "input.yaml")
    assert "NaCl-ph.fc" in text and "supercell:" not in text.split("mesh:")[0].replace("# supercell", "")
