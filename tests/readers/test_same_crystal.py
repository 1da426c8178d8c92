"""The same crystal from two programs: the same numbers where the calculation is the same, else the same symmetry.

NaCl by PBE in the same lattice (a = 5.6903 Å) with VASP, Quantum ESPRESSO and ABINIT, whose wave vectors in common are
those of the cubic 2×2×2 cells; in other lattices with CASTEP (5.556 Å) and CRYSTAL (5.570 Å, ε∞ = 1.81, not 2.47).
"""

from functools import cache

import numpy as np
import physics
import pytest
from readers import espresso
from readers.test_units import load

from hpcph.constants import angstrom
from hpcph.crystal import dynamical
from hpcph.crystal.lattice import Dielectric
from hpcph.crystal.supercell import settle
from hpcph.readers.files import Files
from hpcph.response.tensors import GAMMA_NL

T, MESH, SHIFT = (100.0, 300.0), 8, (0.0, 0.0, 0.5)
UNITS = ("abinit", "qe", "castep", "crystal")
CUBIC = np.array([[0, 0, 0], [0, 0, 0.5], [0, 0, 1], [0.5, 0.5, 0.5]])  # Γ, Δ, X, L in units of 2π/a
GROUPS = [[3, 3], [2, 1, 2, 1], [2, 1, 2, 1], [2, 2, 1, 1]]  # sizes of degenerate levels there, in order of frequency


OTHERS = {"DDB": "readers/abinit_ddb/quartz_DDB.xz", "castep_bin": "readers/castep/quartz.castep_bin.xz"}
SAME = {"DDB": "quartz_pbesol raw", "castep_bin": "quartz_lda raw"}  # the same calculation in phonopy's format


def quartz(which: str = "DDB"):
    """ABINIT's DDB of mp-7000, PBEsol, or CASTEP's file of the LDA calculation."""
    return load(Files(physics.data(OTHERS[which])))


@cache
def gamma_nl(which: str) -> np.ndarray:
    """γ^NL per τ of quartz on a mesh, (t, 3, 3)."""
    crystal = settle(quartz(which), physics.ALL).crystal if which in OTHERS else physics.case(which).crystal
    return physics.respond(crystal, MESH, SHIFT, T)[GAMMA_NL]


def test_the_ddb_of_quartz_is_phonopy_s_file():
    """Force constants and charges of mp-7000, from ABINIT's file and from another conversion of it."""
    ours, theirs = quartz(), physics.loaded("quartz_pbesol raw")
    np.testing.assert_allclose(ours.structure.lattice_vc, theirs.structure.lattice_vc, atol=1e-7 * angstrom)
    np.testing.assert_allclose(ours.structure.fractional_ac, theirs.structure.fractional_ac, atol=1e-7)
    np.testing.assert_allclose(ours.dielectric.born, theirs.dielectric.born, atol=1e-6)
    np.testing.assert_allclose(ours.dielectric.epsilon, theirs.dielectric.epsilon, atol=1e-6)
    q = np.array([[0, 0, 0], [0, 0, 0.02], [0, 0, 0.091], [0, 0, 0.25], [0.2, 0.1, 0.3], [-0.37, 0.21, 0.44]])
    crystals = [settle(one, physics.TRANSLATION).crystal for one in (ours, theirs)]
    for own, known in zip(*(dynamical.matrices(crystal, q) for crystal in crystals), strict=True):
        off, turned = espresso.apart(espresso.of_dynamical(own), *espresso.of_dynamical(known))
        assert off < 3e-5 and turned < 1e-5


@pytest.mark.parametrize("which", SAME)
def test_gamma_nl_of_quartz_is_the_same_from_both(which):
    """γ^NL from the program's own file and from phonopy's of the same calculation."""
    ours, theirs = gamma_nl(which), gamma_nl(SAME[which])
    assert np.linalg.norm(theirs) > 0
    np.testing.assert_allclose(ours, theirs, atol=1e-5 * np.abs(theirs).max())


def test_what_phonopy_s_symmetrisation_does_to_gamma_nl():
    """The same force constants with the sum rule as phonopy imposes it, on all pairs alike, differ by 1.5 %."""
    ours, theirs = gamma_nl("DDB"), gamma_nl("quartz_pbesol")
    assert 0.01 < np.linalg.norm(ours - theirs) / np.linalg.norm(theirs) < 0.016


def test_handedness_of_quartz():
    """l_z of the lowest branch from Γ to A: those of P3_121, and the opposite sense in P3_221 of another program."""
    q = np.array([[0, 0, x] for x in (0.02, 0.091, 0.15, 0.25, 0.40)])
    right, left = settle(quartz(), physics.TRANSLATION).crystal, physics.case("quartz_lda", physics.NONE).crystal
    assert (right.structure.space_group, left.structure.space_group) == ("P3_121 (152)", "P3_221 (154)")
    lowest = [[espresso.of_dynamical(d)[1][0, 2] for d in dynamical.matrices(one, q)] for one in (right, left)]
    np.testing.assert_allclose(lowest[0], [0.998, 0.945, 0.841, 0.577, 0.195], atol=2e-3)
    np.testing.assert_allclose(lowest[1], [-0.998, -0.953, -0.861, -0.607, -0.207], atol=2e-3)


def nacl(program: str) -> Files:
    """Files of NaCl."""
    if program == "vasp":
        return Files(*(physics.data(f"readers/vasp_dfpt/{name}") for name in ("vasprun_fc.xml.xz", "POSCAR-unitcell")))
    if program.endswith((".fc", ".xz")):
        return Files(physics.data(f"readers/qe_q2r/{program}"))
    folder = physics.data(f"readers/phonopy_units_{program}")
    born = folder / "BORN.xz"
    return Files(folder / "phonopy_disp.yaml.xz", None, folder / "FORCE_SETS.xz", born if born.exists() else None)


@cache
def rocksalt(program: str) -> tuple[dynamical.Crystal, float, Dielectric | None]:
    """NaCl, the edge of its cube in Å, and its charges."""
    loaded = load(nacl(program))
    edge = (4 * loaded.structure.volume) ** (1 / 3)
    return settle(loaded, physics.ALL).crystal, edge / angstrom, loaded.dielectric


def modes(program: str, cubic: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """ν in THz and l at wave vectors in units of 2π/a along the cube's edges."""
    crystal, edge, _ = rocksalt(program)
    q = cubic @ crystal.structure.lattice_vc.T / (edge * angstrom)
    return [espresso.of_dynamical(d) for d in dynamical.matrices(crystal, q)]


PROGRAMS = ("vasp", "NaCl-ph.fc", "NaCl-q2r.fc.xz", *UNITS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_symmetry_of_sodium_chloride(program):
    """Degenerate levels, acoustic modes at rest and no angular momentum are exact, whoever computed it."""
    assert rocksalt(program)[0].structure.space_group == "Fm-3m (225)"
    for (frequency, _), sizes in zip(modes(program, CUBIC), GROUPS, strict=True):
        for level in np.split(frequency, np.cumsum(sizes)[:-1]):
            assert np.ptp(level) < 1e-4
    assert np.abs(modes(program, CUBIC[:1])[0][0][:3]).max() < 1e-4
    generic = np.array([[0.3, 0.1, 0.2], [0.13, 0.47, -0.35]])
    assert max(np.abs(l_nc).max() for _, l_nc in modes(program, generic)) < 1e-6


@pytest.mark.parametrize("program, most", [
    ("NaCl-ph.fc", 0.08), ("NaCl-q2r.fc.xz", 0.09), ("abinit", 0.11), ("qe", 0.13), ("castep", 0.45), ("crystal", 1.6),
])  # fmt: skip
def test_frequencies_of_sodium_chloride(program, most):
    """At wave vectors of both supercells: PBE of four codes differs by 3 %, another lattice (CASTEP) by 10 %."""
    edges = [rocksalt(one)[1] for one in ("vasp", program)]
    assert (abs(edges[0] - edges[1]) < 1e-3) == (program not in ("castep", "crystal"))
    own, known = (np.array([frequency for frequency, _ in modes(one, CUBIC)]) for one in (program, "vasp"))
    assert most / 2 < np.abs(own - known).max() < most


def test_charges_of_sodium_chloride():
    """Born charges and ε∞ of Quantum ESPRESSO by its own files and by phonopy's, and of CASTEP's smaller lattice."""
    own, other, castep = (rocksalt(name)[2] for name in ("NaCl-ph.fc", "qe", "castep"))
    for one, most in ((other, 0.005), (castep, 0.04)):
        np.testing.assert_allclose(np.abs(one.born), np.abs(own.born), atol=most)
        np.testing.assert_allclose(one.epsilon, own.epsilon, atol=most)
