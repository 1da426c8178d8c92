"""SI units of nature, CODATA 2022, as scipy.constants has them (a test compares).

Every rank needs them, and importing SciPy would cost each 13 MB and a third of a second of start-up.
"""

from math import pi

hbar = 6.62607015e-34 / (2 * pi)  # J s
boltzmann = 1.380649e-23  # J/K
elementary_charge = 1.602176634e-19  # C
speed_of_light = 299792458.0  # m/s
atomic_mass = 1.66053906892e-27  # kg
electron_mass = 9.1093837139e-31  # kg
epsilon_0 = 8.8541878188e-12  # F/m
mu_0 = 1.25663706127e-6  # N/A²
nuclear_magneton = 5.0507837393e-27  # A m²
angstrom = 1e-10  # m
inch = 0.0254  # m
bohr_magneton = 9.2740100657e-24  # A m²
bohr = 5.29177210544e-11  # m
hartree = 4.359744722206e-18  # J
