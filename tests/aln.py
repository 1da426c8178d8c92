"""Wurtzite AlN with third-order force constants, and what phono3py itself computes of it: linewidths and κ."""

import os
import tempfile
from pathlib import Path

import numpy as np
import physics
import pytest

from hpcph.prepare import forceconstants

FOLDER = physics.DATA / "aln"
SOURCE = FOLDER / "phono3py_params_AlN332.yaml.xz"
TEMPERATURES = (100.0, 300.0, 800.0)


def second_order() -> forceconstants.Loaded:
    """Force constants of the 5×5×3 supercell, from forces."""
    given = {"phono3py_yaml": "phono3py_disp_dimfc2.yaml", "forces_fc2_filename": "FORCES_FC2", "born_filename": "BORN"}
    files = {key: FOLDER / name for key, name in given.items()}
    whole = _phono3py(*files.values()).load(**files, produce_fc=False, log_level=0)
    return _second_order(whole, whole.phonon_supercell_matrix)


def second_order_of_the_third() -> forceconstants.Loaded:
    """Force constants of the 3×3×2 supercell, from the forces of the third order."""
    whole = _phono3py(SOURCE).load(SOURCE, produce_fc=False, log_level=0)
    return _second_order(whole, whole.supercell_matrix)


def _second_order(whole, supercell) -> forceconstants.Loaded:
    import phonopy

    whole.produce_fc2()
    whole.symmetrize_fc2()
    second = phonopy.Phonopy(whole.unitcell, supercell_matrix=supercell, primitive_matrix=whole.primitive_matrix)
    second.force_constants, second.nac_params = whole.fc2, whole.nac_params
    with tempfile.TemporaryDirectory() as folder:
        second.save(Path(folder) / "aln.yaml", settings={"force_constants": True})
        return forceconstants.load(forceconstants.Files(Path(folder) / "aln.yaml"))


def _phono3py(*files: Path):
    """The module; without it or a file the test skips, or fails for a file when CI=true."""
    phono3py = pytest.importorskip("phono3py", reason="phono3py is not installed")
    for path in files:
        if not path.is_file():
            reason = f"no force constants of AlN at {path}: set HPCPH_DATA to the data folder"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return phono3py


class AlN:
    """phono3py's AlN; files are made in a folder when they are asked for, each once.

    force_constants : second order alone, as phonopy writes it
    """

    def __init__(self, folder: Path):
        phono3py = _phono3py(SOURCE)
        import phonopy

        self.folder = folder
        self.third = phono3py.load(SOURCE, log_level=0)
        cells = {name: getattr(self.third, name) for name in ("supercell_matrix", "primitive_matrix")}
        # its dipoles are summed over G alone: a Gaussian whose real-space part ends inside the supercell, reach in Å
        reach, (least, *_, largest) = 4.66, np.linalg.eigvalsh(self.third.nac_params["dielectric"])
        width = 4 * np.sqrt(largest) / reach / (2 * np.pi)
        wide = {"method": "gonze", "Lambda": width, "G_cutoff": 2 * width * np.sqrt(-np.log(1e-12) / least)}
        self.third.nac_params = dict(self.third.nac_params, **wide)
        second = phonopy.Phonopy(self.third.unitcell, **cells)
        second.force_constants, second.nac_params = self.third.fc2, self.third.nac_params
        self.force_constants = folder / "aln.yaml"
        second.save(self.force_constants, settings={"force_constants": True})

    def collisions(self, *mesh: int, reducible: bool = False, **how) -> tuple[Path, Path]:
        """Its collision-m….hdf5 and the kappa-m….hdf5 of the Boltzmann equation; reducible: every point by itself."""
        name = f"m{''.join(map(str, mesh))}"
        label = "".join(f"-{key}={value}" for key, value in how.items())
        folder = self.folder / f"lbte-{name}{'-reducible' if reducible else ''}{label}"
        found = folder / f"collision-{name}.hdf5", folder / f"kappa-{name}.hdf5"
        if not folder.exists():
            folder.mkdir()
            self.third.mesh_numbers = list(mesh)
            self.third.init_phph_interaction()
            before = os.getcwd()
            os.chdir(folder)
            try:
                kind = {"is_LBTE": True, "is_reducible_collision_matrix": reducible, "is_kappa_star": not reducible}
                kind |= how
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

    def of_points(self, *mesh: int, bands: bool = False) -> list[Path]:
        """Its kappa-m…-g….hdf5, linewidths at one grid point each, or of one band of it each."""
        folder = self.folder / f"points-{''.join(map(str, mesh))}{'-bands' if bands else ''}"
        if not folder.exists():
            folder.mkdir()
            self.third.mesh_numbers = list(mesh)
            known, before = self.third.band_indices, os.getcwd()
            if bands:
                self.third.band_indices = [[0], [3, 4]]
            self.third.init_phph_interaction()
            os.chdir(folder)
            try:
                points = {"grid_points": [1]} if bands else {}
                self.third.run_thermal_conductivity(temperatures=TEMPERATURES, write_gamma=True, **points)
            finally:
                os.chdir(before)
                self.third.band_indices = known
        return sorted(folder.glob("kappa-*-g*.hdf5"))
