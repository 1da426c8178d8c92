"""Force constants from displacements and forces, and whether these are of this crystal at all."""

import sys
from typing import Any

import numpy as np

from hpcph.errors import counted
from hpcph.readers.calculators import CalculatorUnits
from hpcph.readers.files import Content, blaming
from hpcph.readers.numbers import Forces

DEEP = 100_000  # calls in each other that symfc may need: it says so where it is loaded, once
FARTHEST = 3.0  # Å of a displacement
NOISE, NONSENSE = 0.03, 0.1  # relative change of force constants between atoms that symmetry and permutation demand
ANHARMONIC, UNRELATED = 0.2, 0.5  # relative part of forces that is not harmonic


def of_dataset(content: Content, dataset: dict | None) -> Forces | None:
    """The displacements of a phonopy yaml with their forces, None where it has none. Raises InputError."""
    if dataset is None:
        return None
    if "first_atoms" not in dataset:
        if dataset.get("forces") is None:
            return None
        return Forces(None, *(np.array(dataset[name], float) for name in ("displacements", "forces")))
    sets = dataset["first_atoms"]
    missing = [number + 1 for number, one in enumerate(sets) if "forces" not in one]
    if len(missing) == len(sets):
        return None
    if missing:
        raise content.refuse(f"lacks the forces of displacement {missing[0]}")
    with blaming(content, "is damaged"):
        displacement = np.array([one["displacement"] for one in sets], float)
        force = np.array([one["forces"] for one in sets], float)
        return Forces(np.array([int(one["number"]) for one in sets]), displacement, force)


def of_others(content: Content, dataset: dict | None, given: Forces) -> list[str]:
    """A line where displacements of single atoms are not those that the file of the crystal lists."""
    listed = None if dataset is None else dataset.get("first_atoms")
    if listed is None or given.displaced is None:
        return []
    same = len(listed) == len(given.displaced) and all(
        one["number"] == atom and np.allclose(one["displacement"], u, atol=1e-5)
        for one, atom, u in zip(listed, given.displaced, given.displacement, strict=True)
    )
    return [] if same else [f"displacements of {content.path.name} are not those that the file of the crystal lists"]


def constants_from(ph: Any, content: Content, given: Forces, units: CalculatorUnits) -> tuple[np.ndarray, list[str]]:
    """Force constants of the atoms of the primitive cell, eV Å⁻², and what the user should know. Raises InputError.

    As phonopy.load makes them: by differences and symfc's projector, or by symfc where all atoms are displaced.
    """
    from phonopy.harmonic.force_constants import compact_fc_to_full_fc

    sites, atoms = len(ph.supercell), len(ph.unmerged_supercell or ph.supercell)
    displacement, force = given.displacement * units.length, given.force * units.force
    _require_sound(content, given, displacement, force, sites, atoms)
    sys.setrecursionlimit(DEEP)
    with blaming(content, "phonopy makes no force constants of it"):
        if given.displaced is None:
            ph.dataset = {"displacements": displacement, "forces": force}
            ph.produce_force_constants(calculate_full_force_constants=False, fc_calculator="symfc")
            phi = np.array(ph.force_constants)
            if sites != atoms:
                return phi, []
            harmonic = -np.einsum("abij,dbj->dai", compact_fc_to_full_fc(ph.primitive, phi), displacement)
            part, limits = np.linalg.norm(force - harmonic) / np.linalg.norm(force), (ANHARMONIC, UNRELATED)
            what = f"{part:.1%} of the forces are not harmonic in the displacements"
        else:
            sets = zip(given.displaced.tolist(), displacement, force, strict=True)
            first = [{"number": number, "displacement": u, "forces": f} for number, u, f in sets]
            ph.dataset = {"natom": sites, "first_atoms": first}
            ph.produce_force_constants(calculate_full_force_constants=False, fc_calculator=None)
            before = _between(ph)
            ph.symmetrize_force_constants(show_drift=False, use_symfc_projector=True)
            phi = np.array(ph.force_constants)
            part, limits = np.linalg.norm(_between(ph) - before) / np.linalg.norm(before), (NOISE, NONSENSE)
            what = f"symmetry and permutation change the force constants between atoms by {part:.1%}"
    if not part < limits[1]:
        raise content.refuse(f"{what}: its atoms are not those of the crystal in this order (crystal.supercell)")
    noisy = f"{content.path.name}: {what}; noise, or another order of atoms than that of crystal.supercell"
    return phi, [noisy] * bool(part > limits[0])


def _between(ph: Any) -> np.ndarray:
    """Force constants without those of an atom on itself."""
    phi = np.array(ph.force_constants)
    phi[np.arange(len(phi)), ph.primitive.p2s_map] = 0
    return phi


def _require_sound(content: Content, given: Forces, displacement, force, sites: int, atoms: int) -> None:
    """Displacements and forces are finite, of the right number of atoms, and there are some."""
    shape = displacement.shape[1:] if given.displaced is not None else displacement.shape[2:]
    if shape != (3,) or force.ndim != 3 or force.shape[2] != 3 or len(force) != len(displacement) or not len(force):
        raise content.refuse("is damaged: displacements and forces are not three numbers each")
    if force.shape[1] != atoms or (given.displaced is None and displacement.shape[1] != sites):
        has = f"has forces of {counted(force.shape[1], 'atoms')}"
        raise content.refuse(f"{has}, the supercell {atoms} (crystal.supercell)")
    if not np.all(np.isfinite(displacement)) or not np.all(np.isfinite(force)):
        raise content.refuse("is damaged: it holds numbers that are not finite")
    if given.displaced is not None and not (given.displaced.min() >= 0 and given.displaced.max() < sites):
        raise content.refuse(f"displaces an atom that is none of the {sites} of the supercell")
    length = np.linalg.norm(displacement, axis=-1)
    if (given.displaced is not None and length.min() < 1e-6) or not 1e-6 < length.max() < FARTHEST:
        raise content.refuse(f"has displacements of {length.min():.2g} to {length.max():.2g} Å")
    if not np.abs(force).max() > 0:
        raise content.refuse("has forces that are all zero")
