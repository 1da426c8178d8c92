"""pypolymlp as a calculator of ASE: its own (0.22.1) gives the virial for the stress, of other sign and order."""

from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from pypolymlp.calculator.properties import Properties
from pypolymlp.calculator.utils.ase_utils import ase_atoms_to_structure

ORDER = (0, 1, 2, 4, 5, 3)  # xx, yy, zz, yz, xz, xy of its xx, yy, zz, xy, yz, zx


class Polymlp(Calculator):
    """Energy in eV, forces in eV/Å, stress in eV/Å³, tension positive."""

    implemented_properties = ["energy", "forces", "stress"]

    def __init__(self, file: str):
        super().__init__()
        self._evaluated = Properties(pot=file)

    def calculate(self, atoms: Any = None, properties: Any = ("energy",), system_changes: Any = all_changes) -> None:
        """See ASE."""
        super().calculate(atoms, properties, system_changes)
        energy, force, virial = self._evaluated.eval(ase_atoms_to_structure(atoms))
        stress = -np.asarray(virial)[list(ORDER)] / atoms.get_volume()
        self.results = {"energy": energy, "forces": np.asarray(force).T, "stress": stress}
