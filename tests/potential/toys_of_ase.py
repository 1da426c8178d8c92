"""A package of calculators as pip leaves one, and inputs for a potential."""

from pathlib import Path

import physics

READERS = physics.DATA / "readers"
LAYERS = READERS / "ase_phonons/POSCAR"
MODULE = '''
import time
import numpy as np
from ase.calculators.calculator import Calculator
from ase.calculators.emt import EMT


class Slow(EMT):
    """EMT that takes its time."""

    def calculate(self, *args):
        time.sleep(0.4)
        super().calculate(*args)


class Forgetful(EMT):
    """EMT whose forces depend on what it was asked before."""

    asked = 0

    def calculate(self, *args):
        super().calculate(*args)
        self.asked += 1
        self.results["forces"] = self.results["forces"] * (1 + 0.01 * (self.asked - 1))


class Swelling(Calculator):
    """No forces, and a stress that nothing stops."""

    implemented_properties = ["energy", "forces", "stress"]

    def calculate(self, atoms=None, properties=("energy",), system_changes=("positions",)):
        super().calculate(atoms, properties, system_changes)
        volume, stress = atoms.get_volume(), -5.0
        tensor = np.array([stress] * 3 + [0.0] * 3)
        self.results = {"energy": stress * volume, "forces": np.zeros((len(atoms), 3)), "stress": tensor}


class Lost(EMT):
    """Forces that are no numbers."""

    def calculate(self, *args):
        super().calculate(*args)
        self.results["forces"] = self.results["forces"] * np.nan


class Mute(Calculator):
    implemented_properties = ["energy"]


def failing(**arguments):
    raise RuntimeError("no weights")


def nothing():
    return 3
'''


def package(folder: Path) -> Path:
    """The folder, now with the package toypotentials, which asks for ASE."""
    metadata = folder / "toypotentials-1.2.dist-info"
    metadata.mkdir(parents=True)
    (folder / "toypotentials.py").write_text(MODULE)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: toypotentials\nVersion: 1.2\nRequires-Dist: ase>=3\n"
    )
    (metadata / "RECORD").write_text("toypotentials.py,,\ntoypotentials-1.2.dist-info/METADATA,,\n")
    return folder


def layers(factory: str = "ase.calculators.emt:EMT", **changes) -> dict:
    """Bands of Cu-Ag-Au layers; changes of the section crystal."""
    crystal = {"structure": str(LAYERS), "calculator": {"ase": factory}, "supercell": [3, 3, 2]}
    return {"crystal": {**crystal, **changes}, "bands": {"points": 2}, "output": "out"}
