"""The primitive cell and its elastic constants, as a result holds them.

A constant has the name of the quantity in an opened result: CRYSTAL_LATTICE is `crystal_lattice`.
"""

from hpcph.result.quantity import Kind, Quantity

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
CRYSTAL_LATTICE = Quantity("/crystal/lattice", ("lattice_vector", "cartesian"), "m", "rows a, b, c")
CRYSTAL_POSITIONS = Quantity("/crystal/positions", ("atom", "lattice_vector"), "1", "fractional positions", FRACTION)
CRYSTAL_MASSES = Quantity("/crystal/masses", ("atom",), "kg", "masses of the atoms", POSITIVE)
CRYSTAL_SYMBOLS = Quantity("/crystal/symbols", ("atom",), "1", "chemical symbols", TEXT)
CRYSTAL_VOLUME = Quantity("/crystal/volume", (), "m3", "volume of the primitive cell", POSITIVE)
CRYSTAL_DENSITY = Quantity("/crystal/density", (), "kg m-3", "mass density", POSITIVE)
CRYSTAL_BORN_CHARGES = Quantity(
    "/crystal/born_charges", ("atom", "cartesian_polarization", "cartesian_displacement"), "e",
    "Born charges Z_a", optional=True,
)  # fmt: skip
STRAIN = ("strain", "strain2")
ELASTICITY_STIFFNESS = Quantity(
    "/elasticity/stiffness", STRAIN, "Pa", "elastic constants at E = 0, order xx, yy, zz, yz, xz, xy"
)
ELASTICITY_STIFFNESS_LATTICE_ERROR = Quantity(
    "/elasticity/stiffness_lattice_error", STRAIN, "Pa", "what the supercell leaves open of them"
)
