"""TDEP's force constants: what TDEP makes of them, dipoles included, and bad files."""

import numpy as np
import pytest
from readers import references, spoilt
from readers.references import GAMMA, Dipoles, Interpolated, angular_momentum, content, frequencies

from hpcph.constants import angstrom, bohr
from hpcph.errors import InputError
from hpcph.readers import foreign, tdep


def parts(crystal):
    """The two files of a crystal."""
    return [references.data(f"tdep_{crystal}/{name}") for name in ("infile.forceconstant", "infile.ucposcar")]


def made(constants, structure, born=None):
    given = None if born is None else content("born", "infile.lotosplitting", born)
    main = content("force_constants", "infile.forceconstant", constants)
    return foreign.checked(main, tdep.read(main, content("structure", "infile.ucposcar", structure), given))


@pytest.fixture(scope="module", params=["Al", "MgO"])
def case(request):
    return made(*parts(request.param)), references.reference(f"tdep_{request.param}/reference_{request.param}.json")


class AsTdep(Interpolated):
    """Dipoles by the sum with the Λ of the file, which leave no force on an atom by itself."""

    def __init__(self, found, width):
        dipoles = None if width is None else Corrected(found, width / bohr, found.born_aij)
        super().__init__(found, dipoles, asr=False)


class Corrected(Dipoles):
    """Without what they would do to an atom when all move alike."""

    def at(self, q, direction=None):
        return super().at(q, direction) - references.summed(super().at(GAMMA))


def test_modes_are_tdep_s(case):
    """Frequencies at generic wave vectors and in directions at Γ; l vanishes, for the crystals have inversion."""
    found, said = case
    lattice = AsTdep(found, said["lambda_per_bohr"])
    for q, nu in zip(said["q"], said["frequency_THz"], strict=True):
        assert np.abs(frequencies(lattice.at(q)) - nu).max() < said["tolerance_THz"]
        assert np.abs(angular_momentum(lattice.at(q))).max() < 1e-3
    for n, nu in zip(said.get("directions", []), said.get("gamma_direction_frequency_THz", []), strict=True):
        assert np.abs(frequencies(lattice.at(GAMMA, np.array(n))) - nu).max() < said["tolerance_THz"]
    assert np.abs(frequencies(found.dynamical(GAMMA))[3:] - said["gamma_frequency_THz"][3:]).max(initial=0) < 1e-4


def test_the_crystal_is_tdep_s(case):
    found, said = case
    assert np.abs(found.lattice_vc / angstrom - said["lattice_A"]).max() < 1e-7
    assert found.symbols == tuple(said["symbols"]) and np.abs(found.fractional_ac - said["positions"]).max() < 1e-9
    for own, name in ((found.epsilon, "epsilon"), (found.born_aij, "born_field_displacement")):
        assert (own is None and said[name] is None) or np.abs(own - said[name]).max() < 1e-9


def test_the_grid_holds_the_cutoff(case):
    """The images of pairs are twice as far as pairs reach, so that sharing a sum among images leaves them alone."""
    found, _ = case
    apart = np.diag(found.supercell) / np.linalg.norm(np.linalg.inv(found.lattice_vc), axis=0)
    assert apart.min() > 3 * (4.95 if found.symbols == ("Al",) else 5.97) * angstrom


def polar(seed=3):
    """A polar crystal of two atoms without any symmetry but Φ_ab(T) = Φ_ba(−T)ᵀ, in TDEP's form, and its parts."""
    rng = np.random.default_rng(seed)
    pairs = {}
    for a, b, T in [(0, 1, (0, 0, 0)), (0, 1, (-1, 0, 0)), (1, 1, (0, 1, 0)), (0, 0, (0, 0, 1)), (0, 1, (0, -1, 1))]:
        phi = rng.normal(size=(3, 3)) / 4 - 2 * np.eye(3)
        pairs[a, b, T], pairs[b, a, tuple(-t for t in T)] = phi, phi.T
    for a in range(2):
        own = -sum(phi for (first, _, _), phi in pairs.items() if first == a)
        pairs[a, a, (0, 0, 0)] = (own + own.T) / 2
    born = rng.normal(size=(3, 3)) * 0.2 + np.eye(3)
    rows = ["2 How many atoms per unit cell", "8.0 Realspace cutoff (A)"]
    for a in range(2):
        mine = [(b, T, phi) for (first, b, T), phi in pairs.items() if first == a]
        rows.append(f"{len(mine)} How many neighbours")
        for b, T, phi in mine:
            rows += [
                f"{b + 1} index",
                "{} {} {}".format(*map(float, T)),
                *(" ".join(map(repr, r)) for r in phi.tolist()),
            ]
    nine = [f"{x!r}" for x in np.stack([born, -born]).ravel().tolist()]
    rows += ["3 # polar", "3.1 0.2 0.0", "0.2 2.9 0.1", "0.0 0.1 3.4", "0.8 # Λ", "1 # components", "1.0", *nine]
    rows += [" ".join(nine[n : n + 3]) for n in range(0, 18, 3)]
    poscar = "x\n1.0\n4.1 0.2 0.1\n0.3 3.9 -0.2\n-0.1 0.4 4.4\nMg O\n1 1\nDirect\n0.02 0.01 0.03\n0.47 0.55 0.41\n"
    return "\n".join(rows).encode(), poscar.encode(), pairs, born


def test_lattice_vectors_and_charges_have_tdep_s_sense():
    """A crystal without inversion: D is Σ Φ e^{2πi q·T} and the dipoles', whose charges have rows of the field."""
    constants, structure, pairs, born = polar()
    found = made(constants, structure)
    dipoles = Corrected(found, 0.8 / bohr, np.stack([born, -born]))
    q = 3 / np.diag(found.supercell) * [1, -1, 1]
    c = dipoles.at(q)
    for (a, b, T), phi in pairs.items():
        c[3 * a : 3 * a + 3, 3 * b : 3 * b + 3] += phi * tdep.UNIT * np.exp(2j * np.pi * q @ T)
    D = c / references.mass_root(found)
    assert np.abs(found.dynamical(q) - D).max() < 1e-9 * np.abs(D).max()
    assert np.abs(angular_momentum(found.dynamical(q)) - angular_momentum(D)).max() < 1e-6
    assert np.abs(angular_momentum(D)).max() > 0.1  # as q and −q differ


def test_charges_of_another_file():
    """Those of infile.lotosplitting must be those of the tail; of a file without a tail they are the charges."""
    constants, structure = parts("MgO")
    born = references.data("tdep_MgO/infile.lotosplitting")
    assert np.array_equal(made(constants, structure, born).phi_tab, made(constants, structure).phi_tab)
    with pytest.raises(InputError, match=r"^crystal.born = infile.lotosplitting: differs by 0.1 from the charges"):
        made(constants, structure, born.replace(b"1.96711", b"2.06711", 1))
    with pytest.raises(InputError, match=r"ends after line 8: expected a row of the Born charges of atom 2"):
        made(constants, structure, b"\n".join(born.splitlines()[:8]))
    al = made(*parts("Al"), b"2 0 0\n0 2 0\n0 0 2\n" + b"0 0 0\n" * 3)
    assert al.born_aij.shape == (1, 3, 3) and "no dipoles" in al.remarks[-1]


def test_force_constants_are_known_by_what_they_hold():
    assert tdep.looks_like(parts("Al")[0][:300].decode()) and tdep.looks_like(parts("MgO")[0][:300].decode())
    assert not tdep.looks_like(parts("Al")[1].decode()) and not tdep.looks_like("  2  2\n 1 1\n")


def row(number, new):
    return spoilt.line(number - 1, new)


BAD = {  # of MgO: what is done, and words of the complaint
    "cut in a neighbour": (spoilt.first(400), "ends after line 400: expected"),
    "cut before the tail": (spoilt.first(934), "ends after line 934: expected the type of the polar part"),
    "cut in the charges": (spoilt.first(962), "ends after line 962: expected a row of the Born charges of atom 2"),
    "NaN": (row(6, "NaN 0.0 0.0"), "line 6: expected a row of the force constants of neighbour 1 of atom 1"),
    "a word": (row(6, "9.7 o 0.0"), "line 6: expected a row of the force constants of neighbour 1"),
    "two numbers": (row(6, "9.7 0.0"), "line 6: expected a row of the force constants of neighbour 1"),
    "a huge number": (row(6, "1e99 0.0 0.0"), "line 6: expected a row of the force constants"),
    "a lattice vector in Å": (row(10, "0.0 2.1128 2.1128"), "line 10: expected the lattice vector of neighbour 2"),
    "a lattice vector far away": (row(10, "0.0 0.0 800000.0"), "pairs up to"),
    "another number of atoms": (row(1, "   3   How many atoms per unit cell"), "line 1: expected the 2 atoms of"),
    "another number of neighbours": (row(3, "   92  How many"), "line 465: expected which atom neighbour 1 of atom 2"),
    "no neighbours": (row(3, "   0  How many neighbours"), "line 3: expected the number of neighbours of atom 1, 1 to"),
    "an atom that is none": (row(9, "  7   index"), "line 9: expected which atom neighbour 2 of atom 1 is, 1 to 2"),
    "another cutoff": (row(2, "   0.5   Realspace cutoff (A)"), "expected at most its cutoff, 0.5 Å"),
    "a cutoff in bohr": (row(2, "  -1.0   Realspace cutoff (A)"), "expected at most its cutoff"),
    "a pair twice": (row(10, "0.0 0.0 0.0\n0 0 0"), ""),
    "Φ transposed": (row(16, "5.0 0.3 0.0"), "is damaged: expected force constants of atoms"),
    "another unit": (lambda d: d.replace(b"9.7434448465742935", b"9.7434448465742935E+08"), "makes frequencies of"),
    "a deprecated type": (row(935, "  1 # polar"), "line 935: expected 0 or 3, the type of the polar part"),
    "a layer": (row(935, "  4 # polar"), "line 935: expected 3, the type of the polar part of a crystal"),
    "an ε of less than the vacuum": (row(936, " 0.1 0.0 0.0"), "line 939: expected Λ"),
    "no Λ": (row(939, " -0.6 # Λ"), "line 939: expected Λ of the Ewald sum in 1/bohr"),
    "charges of others": (row(960, " 1.2 0.0 0.0"), "Born charges that are those of their components"),
    "FORCE_CONSTANTS": (spoilt.become(b"  2  2\n 1 1\n1 0 0\n0 1 0\n0 0 1\n"), "is no infile.forceconstant of TDEP"),
    "a DDB": (spoilt.become(b" **** DERIVATIVE DATABASE ****\n+DDB, Version"), "is no infile.forceconstant"),
    "nothing": (spoilt.become(b""), "is no infile.forceconstant"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_force_constants_are_one_line(kind):
    """It names the file, the line and what was expected."""
    constants, structure = parts("MgO")
    spoil, words = BAD[kind]
    with pytest.raises(InputError) as complaint:
        made(spoil(constants), structure)
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = infile.forceconstant: ") and "\n" not in said and len(said) < 300
    assert words in said, said


@pytest.mark.parametrize("spoil, words", [
    (spoilt.first(5), "is no POSCAR"), (spoilt.swap("2.1128", "nan"), ""), (spoilt.become(b"1 2 3"), "is no POSCAR"),
    (spoilt.swap(" 1   1", " 1   2"), "positions of"), (spoilt.swap("O   Mg", "O   Qq"), "names no element"),
])  # fmt: skip
def test_a_bad_structure_is_one_line(spoil, words):
    constants, structure = parts("MgO")
    with pytest.raises(InputError) as complaint:
        made(constants, spoil(structure))
    assert str(complaint.value).startswith("crystal.structure = infile.ucposcar: ") and words in str(complaint.value)


def test_two_files_of_different_crystals_are_one_line():
    """Al's force constants with MgO's cell, and MgO's with a cell that is larger than its pairs."""
    with pytest.raises(InputError, match=r"line 1: expected the 2 atoms of infile.ucposcar, not 1"):
        made(parts("Al")[0], parts("MgO")[1])
    large = parts("MgO")[1].replace(b" 1.0000000000000000", b" 1.4000000000000000", 1)
    with pytest.raises(
        InputError, match=r"has pairs up to 8.\d+ Å in infile.ucposcar: expected at most its cutoff, 5.976"
    ):
        made(parts("MgO")[0], large)
    bohr = parts("MgO")[1].replace(b" 1.0000000000000000", b" 0.5291772109000000", 1)
    with pytest.raises(InputError, match=r"has pairs up to 3.162 Å in .* alone: expected some near its cutoff, 5.976"):
        made(parts("MgO")[0], bohr)
