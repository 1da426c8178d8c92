"""The primitive cell and its elastic constants, as a result holds them.

A constant has the name of the quantity in an opened result: CRYSTAL_LATTICE is `crystal_lattice`.
"""

from collections.abc import Iterable

from hpcph.crystal.invariances import SumRule
from hpcph.crystal.lattice import Structure
from hpcph.crystal.supercell import Report
from hpcph.result.quantity import Dataset, Kind, Quantity

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
CRYSTAL_LATTICE = Quantity("/crystal/lattice", ("lattice_vector", "cartesian"), "m", "lattice vectors; rows a, b, c")
CRYSTAL_POSITIONS = Quantity(
    "/crystal/positions", ("atom", "lattice_vector"), "1", "fractional positions of the atoms", FRACTION
)
CRYSTAL_MASSES = Quantity("/crystal/masses", ("atom",), "kg", "masses of the atoms", POSITIVE)
CRYSTAL_SYMBOLS = Quantity("/crystal/symbols", ("atom",), "1", "chemical symbols", TEXT)
CRYSTAL_VOLUME = Quantity("/crystal/volume", (), "m3", "volume of the primitive cell", POSITIVE)
CRYSTAL_DENSITY = Quantity("/crystal/density", (), "kg m-3", "mass density", POSITIVE, density=True)
CRYSTAL_AREA = Quantity("/crystal/area", (), "m2", "area of the primitive cell of a layer", POSITIVE, optional=True)
CRYSTAL_BORN_CHARGES = Quantity(
    "/crystal/born_charges", ("atom", "cartesian_polarization", "cartesian_displacement"), "e",
    "Born charges Z_a", optional=True,
)  # fmt: skip
CRYSTAL_POINT_GROUP = Quantity(
    "/crystal/point_group", ("operation", "cartesian", "cartesian2"), "1",
    "operations of the point group in use, on Cartesian vectors", optional=True,
)  # fmt: skip
STRAIN = ("strain", "strain2")
ELASTICITY_STIFFNESS = Quantity(
    "/elasticity/stiffness",
    STRAIN,
    "Pa",
    "elastic constants; at E = 0, order xx, yy, zz, yz, xz, xy",
    density=True,
)
ELASTICITY_STIFFNESS_LATTICE_ERROR = Quantity(
    "/elasticity/stiffness_lattice_error",
    STRAIN,
    "Pa",
    "what the supercell leaves open of the elastic constants; how its force constants are shared, without forces from "
    "beyond it, such as the tail of an r⁻⁶ attraction",
    density=True,
)


def crystal(structure: Structure) -> list[Dataset]:
    """The primitive cell."""
    born = [] if structure.born_aij is None else [CRYSTAL_BORN_CHARGES.of(structure.born_aij)]
    area = [] if structure.height is None else [CRYSTAL_AREA.of(structure.volume / structure.height)]
    return [
        *born,
        *area,
        CRYSTAL_POINT_GROUP.of(structure.rotations_cartesian),
        CRYSTAL_LATTICE.of(structure.lattice_vc),
        CRYSTAL_POSITIONS.of(structure.fractional_ac),
        CRYSTAL_MASSES.of(structure.mass_a),
        CRYSTAL_SYMBOLS.of(structure.symbols),
        CRYSTAL_VOLUME.of(structure.volume),
        CRYSTAL_DENSITY.of(structure.density),
    ]


def elasticity(report: Report) -> list[Dataset]:
    """Elastic constants with what the supercell leaves open of them."""
    errors = ELASTICITY_STIFFNESS_LATTICE_ERROR.of(report.stiffness_error)
    return [ELASTICITY_STIFFNESS.of(report.stiffness), errors]


def attributes(report: Report) -> dict[str, object]:
    """Of /crystal."""
    found: dict[str, object] = {
        "image_exponent": report.exponent, "image_cutoff": report.cutoff, "pairs": report.pairs,
        "reciprocal_vectors": report.reciprocal, "sum_rules": names(report.imposed),
        "sum_rules_left_out": names(report.left_out), "sum_rules_not_met": names(report.unmet),
        "sum_rules_change": report.change, "frequency_change_commensurate": report.moved_at,
        "frequency_change_between": report.moved_between, "stiffness_asymmetry": report.asymmetry,
    }  # fmt: skip
    if report.sensitivity is not None:
        found["gamma_nl_sensitivity"] = report.sensitivity
    for when, violations in (("before", report.before), ("after", report.after)):
        found |= {f"{rule.value}_violation_{when}": value for rule, value in violations.items()}
    return found


def names(rules: Iterable[SumRule]) -> str:
    return ", ".join(rule.value for rule in SumRule if rule in rules)
