"""From what an input says about the crystal to a Crystal: files of phonopy or a model."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hpcph.config.light import Linewidths, Model
from hpcph.config.load import Source
from hpcph.config.schema import Input
from hpcph.crystal import dipole, dynamical, forceconstants, sumrules, symmetry
from hpcph.crystal.chain import Chain, Handedness, Units
from hpcph.crystal.sumrules import SumRule
from hpcph.errors import InputError

LARGE_CHANGE = 5e-3  # relative change of the force constants by the sum rules that the user is told of


@dataclass(frozen=True)
class Given:
    """A crystal with what is known about it.

    commensurate_qc : ndarray (q, 3) fractional, where the force constants are exact
    units : of a model; None where everything is SI
    remarks : lines that the user should read
    """

    crystal: dynamical.Crystal
    commensurate_qc: np.ndarray
    units: Units | None
    remarks: list[str]


def crystal(source: Source) -> Given:
    """Load the files or set up the model. Raises InputError."""
    given = source.input
    if given.crystal.model is not None:
        return _model(given.crystal.model)
    loaded = forceconstants.load(files(source))
    if given.crystal.inverted:
        loaded = forceconstants.inverted(loaded)
    found, remarks = _phonopy_crystal(given, loaded)
    return Given(found, loaded.commensurate_qc, None, remarks)


def _model(given: Model) -> Given:
    """The chain; its Born charges are the charges of the ions."""
    sizes = {name: getattr(given, name) for name in ("theta", "delta", "a", "c", "mass")}
    springs = {name.lower(): getattr(given, name) for name in ("K1", "K2", "K3")}
    x, y, z = given.charges
    chain = Chain(**springs, **sizes, charges=(x, y, z), handedness=Handedness[given.handedness.upper()])
    built = chain.crystal()
    built = replace(built, structure=replace(built.structure, born_aij=chain.born))
    remark = f"model {given.name}, {given.handedness}-handed: frequencies ω and results are in the units of the model"
    return Given(built, np.array([[0, 0, 0], [0, 0, 0.25], [0, 0, 0.5]]), chain.units, [remark])


def files(source: Source) -> forceconstants.Files:
    """The force-constant files that an input names."""
    given = source.input.crystal
    assert given.force_constants is not None
    optional = {
        name: source.resolve(value) for name in ("structure", "force_sets", "born") if (value := getattr(given, name))
    }
    supercell = tuple(given.supercell) if given.supercell else None
    return forceconstants.Files(
        source.resolve(given.force_constants),
        supercell=supercell,
        primitive=given.primitive,
        symmetry_tolerance=given.symmetry_tolerance,
        **optional,
    )


def sources(source: Source) -> list[Path]:
    """Every file whose content decides the results."""
    optics, thermal = source.input.optics, source.input.thermal
    found = [] if source.input.crystal.model is not None else files(source).all()
    if optics is not None and isinstance(optics.lifetime, Linewidths):
        found.append(source.resolve(optics.lifetime.linewidths))
    named = (thermal.lifetime.phono3py, thermal.lifetime.collision_matrix) if thermal is not None else ()
    return [*found, *(source.resolve(name) for name in named if name is not None)]


def _phonopy_crystal(given: Input, loaded: forceconstants.Loaded) -> tuple[dynamical.Crystal, list[str]]:
    structure, rules = loaded.structure, frozenset(SumRule(r) for r in given.crystal.sum_rules)
    dielectric = None if given.crystal.nac == "none" else loaded.dielectric
    if given.crystal.nac == "gonze" and dielectric is None:
        raise InputError(
            "crystal.nac", "gonze", "the force constants carry no Born charges; give crystal.born or nac: none"
        )
    pairs, dipoles = loaded.pairs, None
    if dielectric is not None:
        width = dipole.ewald_width(structure, dielectric.epsilon, loaded.reach)
        dipoles = dipole.build(structure, dielectric, width)
        pairs = dipole.subtract(structure, pairs, dipoles, loaded.commensurate_qc)
    before = sumrules.violations(structure, pairs, dipoles)
    corrected = sumrules.impose(structure, pairs, dipoles, rules)
    after = sumrules.violations(structure, corrected, dipoles)
    remarks = [f"{r.value} sum rule violated by {before[r]:.1e}, now {after[r]:.1e} N m⁻¹" for r in SumRule]
    change = float(np.linalg.norm(corrected.phi - pairs.phi) / np.linalg.norm(pairs.phi))
    if change > LARGE_CHANGE:
        remarks.append(f"the sum rules changed the force constants by {change:.1%}: a larger supercell would need less")
    crystal, symmetric = symmetry.obeyed(dynamical.build(structure, corrected, dipoles))
    first = f"{crystal.structure.space_group}, {len(structure.mass_a)} atoms, {structure.density:.1f} kg m⁻³, " + (
        f"dipole part with {len(dipoles.wavevector_gc)} G" if dipoles else "no dipole part"
    )
    return crystal, [first, *loaded.remarks, *symmetric, *symmetry.slight(crystal), *remarks]
