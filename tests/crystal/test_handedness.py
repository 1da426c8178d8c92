"""Which crystals are chiral, and what their groups leave of γ^NL."""

import numpy as np
import pytest
import spglib

from hpcph.crystal import handedness, spacegroup
from hpcph.crystal.lattice import Structure
from hpcph.crystal.spacegroup import Operations

PAIRS = {76: 78, 91: 95, 92: 96, 144: 145, 151: 153, 152: 154, 169: 170, 171: 172, 178: 179, 180: 181, 212: 213}
CUBIC, TETRAGONAL, HEXAGONAL = (
    np.eye(3),
    np.diag([1.0, 1.0, 1.3]),
    np.array([[1, 0, 0], [-0.5, 0.75**0.5, 0], [0, 0, 1.6]]),
)
COUNTS = {  # independent components of an axial tensor of rank two (Nye, Physical Properties of Crystals; Birss)
    "1": 9, "2": 5, "222": 3, "3": 3, "32": 2, "4": 3, "422": 2, "6": 3, "622": 2, "23": 1, "432": 1,
    "-1": 0, "m": 4, "mm2": 2, "3m": 1, "4mm": 1, "6mm": 1, "-4": 2, "-42m": 1, "-6": 0, "-6m2": 0, "-43m": 0,
    "m-3m": 0,
}  # fmt: skip


def structures():
    """A structure of every space-group type, in its first setting, with no atoms that count."""
    seen = set()
    for hall in range(1, 531):
        kind = spglib.get_spacegroup_type(hall)
        if kind.number in seen:
            continue
        seen.add(kind.number)
        found = spglib.get_symmetry_from_database(hall)
        lattice = np.diag([1.0, 1.1, 1.3])
        if kind.number <= 2:
            lattice = np.array([[1, 0, 0], [0.2, 1.1, 0], [0.1, 0.3, 1.3]])
        elif kind.number <= 15:
            lattice = np.array([[1, 0, 0], [0, 1.1, 0], [0.2, 0, 1.3]])
        elif 75 <= kind.number <= 142:
            lattice = TETRAGONAL
        elif 143 <= kind.number <= 194:
            lattice = HEXAGONAL
        elif kind.number >= 195:
            lattice = CUBIC
        at = Operations(found["rotations"], found["translations"], np.zeros((len(found["rotations"]), 1), int))
        name = f"{kind.international_short} ({kind.number})"
        yield (
            kind,
            Structure(5e-10 * lattice, np.zeros((1, 3)), np.ones(1), ("Si",), at.point_group, name, operations=at),
        )


EVERY = list(structures())


def test_there_are_65_sohncke_types_and_11_pairs():
    """Space groups without improper operations: 65 of 230; 22 of them come in pairs of mirror images."""
    assert len(EVERY) == 230
    chiral = {kind.number for kind, one in EVERY if handedness.is_sohncke(one)}
    assert len(chiral) == 65
    found = {kind.number: handedness.mirror_image(one) for kind, one in EVERY}
    others = {number: int(name.rpartition("(")[2][:-1]) for number, name in found.items() if name}
    assert others == PAIRS | {b: a for a, b in PAIRS.items()}
    assert set(others) <= chiral


@pytest.mark.parametrize("name", COUNTS)
def test_components_of_a_class_are_as_many_as_tables_say(name):
    """The trace of the projection is the number of independent components of an axial tensor of rank two."""
    of_class = [one for kind, one in EVERY if kind.pointgroup_international == name]
    assert of_class
    for one in of_class:
        assert handedness.independent(one.rotations_cartesian) == COUNTS[name]
        assert spacegroup.class_name(one.rotations) == name


def test_components_are_named():
    """α-quartz (32) keeps xx = yy and zz, wurtzite (6mm) xy = −yx alone, and a crystal with inversion none."""
    said = {kind.number: handedness.components(one.rotations_cartesian) for kind, one in EVERY}
    assert said[152] == "xx = yy, zz" and said[186] == "xy = −yx" and said[136] == ""
    assert said[169] == "xx = yy, xy = −yx, zz" and said[198] == "xx = yy = zz"


def test_the_projection_leaves_alone_what_the_operations_do():
    """A random tensor, projected, is the same after every operation, an improper one changing its sign."""
    rng = np.random.default_rng(0)
    for _, one in EVERY:
        tensor = (handedness.axial_projection(one.rotations_cartesian) @ rng.normal(size=9)).reshape(3, 3)
        for R in one.rotations_cartesian:
            assert np.allclose(np.linalg.det(R) * R @ tensor @ R.T, tensor, atol=1e-12)


def of_order(rotations: np.ndarray, order: int) -> int:
    """How many of the proper parts of integer rotations have that order."""
    proper = [R * round(np.linalg.det(R)) for R in rotations]
    eye = np.eye(3, dtype=int)
    first = [next(n for n in range(1, 7) if (np.linalg.matrix_power(R, n) == eye).all()) for R in proper]
    distinct = {R.tobytes(): n for R, n in zip(proper, first, strict=True)}
    return sum(n == order for n in distinct.values())


def by_axes(rotations: np.ndarray) -> str:
    """The crystal system by what turns there are (International Tables A, 2.1.1)."""
    if of_order(rotations, 3) == 8:
        return "cubic"
    for order, name in ((6, "hexagonal"), (3, "trigonal"), (4, "tetragonal")):
        if of_order(rotations, order):
            return name
    return {0: "triclinic", 1: "monoclinic", 3: "orthorhombic"}[of_order(rotations, 2)]


def test_systems_follow_from_the_turns():
    """Numbers of space groups and the turns in them say the same."""
    for kind, one in EVERY:
        assert handedness.system(kind.number) == by_axes(one.rotations), kind.number


def test_there_are_68_polar_types():
    """Those of the ten classes that leave a direction alone."""
    polar = [kind for kind, one in EVERY if handedness.is_polar(one.rotations_cartesian)]
    assert len(polar) == 68
    classes = {kind.pointgroup_international for kind in polar}
    assert classes == {"1", "2", "m", "mm2", "4", "4mm", "3", "3m", "6", "6mm"}


@pytest.mark.parametrize("axial", [0, 1])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_independent_components_are_what_characters_say(rank, axial):
    """Of every space group: the mean of (det R)^axial (tr R)^rank, which no frame has a part in."""
    for kind, one in EVERY:
        trace = np.trace(one.rotations, axis1=1, axis2=2)
        sign = np.rint(np.linalg.det(one.rotations)) ** axial
        found = np.trace(handedness.projection(one.rotations_cartesian, rank, axial))
        assert found == pytest.approx(np.mean(sign * trace**rank), abs=1e-9), kind.number
        if (rank, axial) == (2, 1):
            assert handedness.independent(one.rotations_cartesian) == round(np.mean(sign * trace**2))


def test_components_are_those_that_are_allowed():
    """What is named and what may be other than zero agree, and a tensor of random numbers has these components."""
    rng = np.random.default_rng(1)
    for kind, one in EVERY:
        operations = one.rotations_cartesian
        allowed = handedness.allowed(operations, 2, 1)
        named = handedness.components(operations).replace("−", "").replace(" = ", ", ")
        free = {name for name, one in zip(handedness.NAMES, allowed.flat, strict=True) if one}
        assert set(filter(None, named.split(", "))) == free
        tensor = (handedness.axial_projection(operations) @ rng.normal(size=9)).reshape(3, 3)
        assert np.array_equal(np.abs(tensor) > 1e-9, allowed), kind.number
