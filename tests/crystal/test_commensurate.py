"""Force constants summed back onto a supercell: they must have D at its own wave vectors, exactly."""

from dataclasses import replace

import models
import numpy as np
import physics
from export.phonopys import EXACT, apart, exported, read_again
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal.dynamical import matrices
from hpcph.crystal.lattice import PairTable
from hpcph.crystal.supercell import Loaded, settle


def turned(loaded: Loaded, supercell: np.ndarray) -> Loaded:
    """The same crystal with a and b in turn, which is left-handed."""
    structure, pairs, order = loaded.structure, loaded.pairs, [1, 0, 2]
    table = PairTable.symmetric(pairs.first, pairs.second, pairs.cell[:, order], pairs.phi, pairs.share)
    places = structure.fractional_ac[:, order]
    structure = replace(structure, lattice_vc=structure.lattice_vc[order], fractional_ac=places)
    q = loaded.commensurate_qc[:, order]
    return replace(loaded, structure=structure, pairs=table, supercell=supercell[:, order], commensurate_qc=q)


@given(seed=st.integers(0, 1000), supercell=models.shapes(6), charged=st.booleans(), left=st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_crystal_in_any_supercell(tmp_path_factory, seed, supercell, charged, left):
    """Triclinic atoms with any masses, charges and medium, oblique supercells of either sign, axes of either hand."""
    folder = tmp_path_factory.mktemp("exported")
    loaded = models.springs(seed, supercell)
    loaded = replace(loaded, structure=replace(loaded.structure, symbols=("Si", "O")))
    charges = replace(loaded.dielectric, epsilon=loaded.dielectric.epsilon + np.eye(3))
    loaded = replace(loaded, dielectric=charges if charged else None)
    loaded = turned(loaded, supercell) if left else loaded
    found = exported(loaded, folder)
    q, hand = loaded.commensurate_qc, -1 if left else 1
    assert apart(folder, found, q, hand) < EXACT
    again = read_again(folder)
    assert again.structure.symbols == loaded.structure.symbols
    assert np.isclose(abs(np.linalg.det(again.supercell)), len(q))
    first, second = matrices(found, q), matrices(settle(again, physics.ALL).crystal, hand * q)
    assert np.abs(first - second).max() < EXACT * np.abs(first).max()
