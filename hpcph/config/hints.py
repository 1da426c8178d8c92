"""What an input might say instead: keys and words that the model knows, examples of what needs a structure."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from hpcph.config.schema import Input
from hpcph.errors import did_you_mean

Trail = tuple[str | int, ...]
EXAMPLES = {  # of values that are more than a number or a word
    "crystal": "{force_constants: phonopy_params.yaml}",
    "crystal.force_constants": "phonopy_params.yaml",
    "crystal.model": "{name: te-chain}",
    "crystal.model.charges": "[0, 1, -1]",
    "crystal.structure": "POSCAR or {lattice: [[3, 0, 0], [0, 3, 0], [0, 0, 3]], species: [Po], "
    "positions: [[0, 0, 0]]}",
    "crystal.calculator": "vasp or {ase: 'ase.calculators.emt:EMT'} or {polymlp: polymlp.yaml}",
    "crystal.supercell": "[2, 2, 2] or 12 angstrom",
    "crystal.sum_rules": "[translational, rotational, huang] or []",
    "crystal.stress": "[1 GPa, 0, 0, 0, 0, 0]",
    "crystal.primitive": "[[0, 1/2, 1/2], [1/2, 0, 1/2], [1/2, 1/2, 0]]",
    "axis": "[0, 0, 1]",
    "mesh": "{grid: [24, 24, 24]}",
    "mesh.grid": "[24, 24, 24]",
    "mesh.shift": "auto or [0, 0, 1/2]",
    "temperature": "300 K or [100 K, 300 K] or {from: 10 K, to: 400 K, step: 10 K}",
    "lifetime": "10 ps or {phono3py: kappa-m111111.hdf5}",
    "lifetime.phono3py": "kappa-m111111.hdf5",
    "lifetime.alamode": "Si.result or [Si.result, Si.self_isotope]",
    "lifetime.tdep": "outfile.thermal_conductivity_grid.hdf5",
    "lifetime.collision_matrix": "collision-m111111.hdf5",
    "lifetime.solver": "{tolerance: 1e-10}",
    "field": "{magnetic: 9 T}",
    "field.direction": "axis or [0, 0, 1]",
    "feedback": "{sample: {radius: 20 nm}}",
    "feedback.sample": "{radius: 20 nm} or {shape: cuboid, edges: [20 nm, 20 nm, 40 nm]}",
    "feedback.sample.edges": "[20 nm, 20 nm, 40 nm]",
    "feedback.scale": "1",
    "feedback.calibrate": "{gamma_ll: 0.8, temperature: 300 K, radius: 20 nm}",
    "bands": "{path: auto} or {path: Γ-M-K}",
    "bands.path": "auto or Γ-M-K|L-H or [[{Γ: [0, 0, 0]}, {A: [0, 0, 1/2]}]]",
    "bands.path[]": "[Γ, M, K]",
    "bands.path[][]": "Γ or {A: [0, 0, 1/2]}",
    "orbits": "{q: [0, 0, 0.1]}",
    "orbits.q": "[0, 0, 0.1] or [[0, 0, 0.1], [1/3, 1/3, 0]]",
    "orbits.q[]": "[0, 0, 0.1]",
    "elasticity": "{directions: [[0, 0, 1]], frequency: 1 GHz}",
    "elasticity.directions": "[0, 0, 1] or [[1, 0, 0], [0, 0, 1]]",
    "elasticity.directions[]": "[0, 0, 1]",
    "slices": "{temperature: 300 K, planes: [0, 1/4, 1/2]}",
    "slices.planes": "[0, 1/4, 1/2]",
    "slices.grid": "[101, 101]",
    "spectrum": "{temperature: 300 K}",
    "sample.cells": "[20, 40]",
    "sample.edges": "[1 um, 1 um, 2 um]",
    "sample.laser.spot": "uniform or 1 um",
    "sample.laser": "{power: 1 mW, spot: 1 um}",
    "sample.bottom": "insulated or {temperature: 300 K}",
    "sample.side": "insulated or {temperature: 300 K}",
    "sample.top": "insulated or {temperature: 300 K, transfer: 1e8 W/m^2/K}",
    "sample.conductivity": "{temperature: [100, 300], axial: [40, 10], radial: [20, 6]}",
    "sample.conductivity.temperature": "[100 K, 300 K]",
    "sample.conductivity.axial": "[40, 10]",
    "sample.conductivity.radial": "[20, 6]",
    "sample.solver": "{tolerance: 1e-9}",
    "optics": "{frequency: {from: 1 THz, to: 20 THz, points: 500}, lifetime: 1 ps}",
    "optics.frequency": "{from: 1 THz, to: 20 THz, points: 500}",
    "optics.frequency.points": "500",
    "optics.lifetime": "10 ps or {linewidths: kappa-m111111.hdf5, temperature: 300 K}",
    "optics.pairs": "[1 THz]",
}


def key(trail: Trail) -> str:
    """What to write for a key that is unknown at its place: its right spelling or place, else the keys known there."""
    *above, wrong = map(str, trail)
    siblings = _keys(trail[:-1])
    if close := did_you_mean(wrong, siblings):
        return close
    section = "".join(f"{name}." for name in above if not name.isdigit())
    elsewhere = [known.rpartition(".")[0] + "." for known in _all_keys() if known.rpartition(".")[2] == wrong]
    related = [place + wrong for place in elsewhere if place.startswith(section) or section.startswith(place)]
    if related:
        return f"; did you mean {' or '.join(sorted(related, key=len)[:2])}?"
    return f"; {section[:-1] or 'an input'} has {', '.join(siblings)}" if siblings else ""


def words(trail: Trail) -> list[str]:
    """Words that a value may be, and those that its items may be."""
    nodes = _at(trail)
    nodes += [choice for node in nodes if "items" in node for choice in _choices(node["items"])]
    found: list[Any] = []
    for node in nodes:
        found += node.get("enum", [node["const"]] if "const" in node else [])
        found += ["true", "false"] if node.get("type") == "boolean" else []
    return list(dict.fromkeys(map(str, found)))


def structure(trail: Trail) -> str:
    """How a value that is more than a number or a word may be written; empty where it is not."""
    return EXAMPLES.get("".join("[]" if isinstance(step, int) else f".{step}" for step in trail).lstrip("."), "")


def example(trail: Trail) -> str:
    """How a value may be written; empty where any word of its kind will do."""
    return structure(trail) or next((node["examples"][0] for node in _at(trail) if "examples" in node), "")


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    return Input.model_json_schema()


def _choices(node: dict) -> Iterator[dict]:
    """A node of the schema and what it may be one of."""
    yield node
    nested = [*node.get("anyOf", []), *node.get("oneOf", [])]
    if "$ref" in node:
        nested.append(_schema()["$defs"][node["$ref"].rpartition("/")[2]])
    for choice in nested:
        yield from _choices(choice)


def _at(trail: Trail) -> list[dict]:
    """What may stand at a place."""
    nodes = list(_choices(_schema()))
    for step in trail:
        below = [node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step) for node in nodes]
        nodes = [choice for node in below if node for choice in _choices(node)]
    return nodes


def _keys(trail: Trail) -> list[str]:
    return list(dict.fromkeys(name for node in _at(trail) for name in node.get("properties", {})))


def _all_keys(trail: Trail = ()) -> list[str]:
    """Every key of an input, with dots."""
    found = []
    for name in _keys(trail):
        found += [".".join(map(str, (*trail, name))), *_all_keys((*trail, name))]
    return found
