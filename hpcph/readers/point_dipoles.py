"""Force constants of point dipoles in a supercell, for formats that keep them apart."""

import numpy as np

from hpcph.constants import elementary_charge, epsilon_0, pi
from hpcph.crystal import dipole, ewald
from hpcph.crystal.lattice import Dielectric, Structure
from hpcph.crystal.mesh import nearest_image
from hpcph.readers.constants import SupercellConstants, within

COULOMB = elementary_charge**2 / (4 * pi * epsilon_0)  # J m


def point_dipoles(found: SupercellConstants) -> np.ndarray:
    """Φ_ab(T) of the Born charges and ε of a crystal, over all images of T, (t, a, b, 3, 3) in N/m.

    The whole Ewald sum of Gonze & Lee, PRB 55, 10355 (1997), without the macroscopic field at Γ. What an atom does to
    itself is what keeps the crystal at rest when all atoms move alike: −Σ_b Σ_T Φ_ab(T), its symmetric part.
    """
    from phonopy.harmonic.dynmat_to_fc import get_commensurate_points

    assert found.born_aij is not None and found.epsilon is not None
    atoms = len(found.mass_a)
    cell = Structure(
        found.lattice_vc, found.fractional_ac, np.ones(atoms), found.symbols, np.eye(3, dtype=int)[None], ""
    )  # fmt: skip
    dielectric = Dielectric(found.born_aij, (found.epsilon + found.epsilon.T) / 2, COULOMB)
    width = ewald.width(cell, dielectric)
    q_qc = nearest_image(cell, get_commensurate_points(found.supercell.T))
    t, first, second = (index.ravel() for index in np.indices((len(found.cell_tc), atoms, atoms)))
    x = found.cell_tc[t] + found.fractional_ac[second] - found.fractional_ac[first]
    total = ewald.on_commensurate(cell, dipole.build(cell, dielectric, width), q_qc, x, first, second)
    total = total.reshape(-1, atoms, atoms, 3, 3)
    place = {tuple(T): n for n, T in enumerate(within(found.cell_tc, found.supercell).tolist())}
    first, second, cells, near = ewald.real_space(cell, dielectric, width)
    t = np.array([place[tuple(T)] for T in within(cells, found.supercell).tolist()])
    np.add.at(total, (t, first, second), near)
    alike = total.sum(axis=(0, 2))
    total[found.home, np.arange(atoms), np.arange(atoms)] -= (alike + alike.swapaxes(1, 2)) / 2
    return total
