"""Wurtzite AlN with third-order force constants, and what phono3py itself computes of it: linewidths and κ."""

import os
from pathlib import Path

import physics
import pytest

SOURCE = physics.DATA / "aln/phono3py_params_AlN332.yaml.xz"
TEMPERATURES = (100.0, 300.0, 800.0)


class AlN:
    """phono3py's AlN; files are made in a folder when they are asked for, each once.

    force_constants : second order alone, as phonopy writes it
    """

    def __init__(self, folder: Path):
        phono3py = pytest.importorskip("phono3py", reason="phono3py is not installed")
        if not SOURCE.is_file():
            reason = f"no force constants of AlN at {SOURCE}: set HPCPH_DATA to the data folder"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        import phonopy

        self.folder = folder
        self.third = phono3py.load(SOURCE, log_level=0)
        cells = {name: getattr(self.third, name) for name in ("supercell_matrix", "primitive_matrix")}
        second = phonopy.Phonopy(self.third.unitcell, **cells)
        second.force_constants, second.nac_params = self.third.fc2, self.third.nac_params
        self.force_constants = folder / "aln.yaml"
        second.save(self.force_constants, settings={"force_constants": True})

    def collisions(self, *mesh: int, reducible: bool = False) -> tuple[Path, Path]:
        """Its collision-m….hdf5 and the kappa-m….hdf5 of the Boltzmann equation; reducible: every point by itself."""
        name = f"m{''.join(map(str, mesh))}"
        folder = self.folder / f"lbte-{name}{'-reducible' if reducible else ''}"
        found = folder / f"collision-{name}.hdf5", folder / f"kappa-{name}.hdf5"
        if not folder.exists():
            folder.mkdir()
            self.third.mesh_numbers = list(mesh)
            self.third.init_phph_interaction()
            before = os.getcwd()
            os.chdir(folder)
            try:
                kind = {"is_LBTE": True, "is_reducible_collision_matrix": reducible, "is_kappa_star": not reducible}
                self.third.run_thermal_conductivity(temperatures=TEMPERATURES, write_collision=True, **kind)
                rest = {"read_collision": "all", "write_LBTE_solution": True, "write_kappa": True}
                self.third.run_thermal_conductivity(temperatures=TEMPERATURES, **kind, **rest)
            finally:
                os.chdir(before)
        return found

    def kappa(self, *mesh: int, wigner: bool = False, **how) -> Path:
        """Its kappa-m….hdf5 in relaxation time; wigner: with interband parts, which leave the mode tables out."""
        label = "-".join(f"{key}={value}" for key, value in how.items())
        kept = self.folder / f"{'wigner' if wigner else 'rta'}-m{''.join(map(str, mesh))}{label}.hdf5"
        if not kept.exists():
            self.third.mesh_numbers = list(mesh)
            self.third.init_phph_interaction()
            before = os.getcwd()
            os.chdir(self.folder)  # phono3py writes where it stands
            try:
                kind = {"transport_type": "SMM19"} if wigner else {}
                self.third.run_thermal_conductivity(temperatures=TEMPERATURES, write_kappa=True, **kind, **how)
                Path(f"kappa-m{''.join(map(str, mesh))}.hdf5").rename(kept)
            finally:
                os.chdir(before)
        return kept
