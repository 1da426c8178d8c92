"""From what an input says about the crystal to a Crystal: files of phonopy or a model."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hpcph.config.light import LinewidthsSection, ModelSection
from hpcph.config.load import Source
from hpcph.config.structure import StructureSection
from hpcph.crystal import dynamical, symmetry
from hpcph.crystal.chain import Chain, Handedness, Units
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.lattice import Dielectric, symmetric
from hpcph.crystal.supercell import UNSTRESSED, Loaded, Settled, settle
from hpcph.errors import InputError, counted
from hpcph.potential.wanted import Model, Placed, Wanted
from hpcph.prepare import forceconstants, lattice, layer
from hpcph.readers import force_constants as constants
from hpcph.readers import foreign, formats
from hpcph.readers.files import Files
from hpcph.readers.rate_files import PROGRAMS

DISPLACEMENT = 1e-12  # m
AUTOMATIC = 12e-10  # m between faces of a supercell
TOLERANCE = 1e-15  # m, phonopy's


@dataclass(frozen=True)
class Given:
    """A crystal with what is known about it.

    commensurate_qc : ndarray (q, 3) fractional, where the force constants are exact
    units : of a model; None where everything is SI
    remarks : lines that the user should read
    settled : how the force constants came about, None of a model
    dielectric : Born charges and ε whose dipoles are summed, None where there are none
    """

    crystal: dynamical.Crystal
    commensurate_qc: np.ndarray
    units: Units | None
    remarks: list[str]
    settled: Settled | None = None
    dielectric: Dielectric | None = None


def crystal(source: Source) -> Given:
    """Load the files or set up the model. Raises InputError."""
    given = source.input
    if given.crystal.model is not None:
        return _model(given.crystal.model)
    loaded = forceconstants.load(files(source), constants.read)
    if given.crystal.inverted:
        loaded = forceconstants.inverted(loaded)
    if given.crystal.nac == "gonze" and loaded.dielectric is None:
        raise InputError(
            "crystal.nac", "gonze", "the force constants carry no Born charges; give crystal.born or nac: none"
        )
    if given.crystal.nac == "none":
        loaded = replace(loaded, dielectric=None)
    rules = frozenset(SumRule(r) for r in given.crystal.sum_rules)
    found = of_loaded(loaded, rules, symmetric(given.crystal.stress))
    computed = source.computed.lines if source.computed else ()
    return replace(found, remarks=[*computed, *found.remarks])


def of_loaded(loaded: Loaded, rules: frozenset[SumRule] = frozenset(SumRule), stress: np.ndarray = UNSTRESSED) -> Given:
    """Force constants with their dipoles, shared among images, that obey the sum rules."""
    settled = settle(loaded, rules, stress)
    found, broken = symmetry.obeyed(settled.crystal)
    first = f"{found.structure.space_group}, {counted(len(found.structure.mass_a), 'atoms')}"
    about = lattice.lines(settled.report, found.structure.height)
    said = [*loaded.remarks, first, *broken, *symmetry.slight(found), *about]
    return Given(symmetry.with_involutions(found), loaded.commensurate_qc, None, said, settled, loaded.dielectric)


def _model(given: ModelSection) -> Given:
    """The chain; its Born charges are the charges of the ions."""
    sizes = {name: getattr(given, name) for name in ("theta", "delta", "a", "c", "mass")}
    springs = {name.lower(): getattr(given, name) for name in ("K1", "K2", "K3")}
    x, y, z = given.charges
    chain = Chain(**springs, **sizes, charges=(x, y, z), handedness=Handedness[given.handedness.upper()])
    built = chain.crystal()
    built = replace(built, structure=replace(built.structure, born_aij=chain.born))
    remark = f"model {given.name}, {given.handedness}-handed: frequencies ω and results are in the units of the model"
    return Given(built, np.array([[0, 0, 0], [0, 0, 0.25], [0, 0, 0.5]]), chain.units, [remark])


def files(source: Source) -> Files:
    """The force-constant files that an input names."""
    given = source.input.crystal
    if given.potential is not None:
        assert source.computed is not None
        born, made = source.resolve(given.born) if given.born else None, source.computed
        return Files(
            made.crystal, force_sets=made.force_sets, born=born,
            primitive=given.primitive, symmetry_tolerance=given.symmetry_tolerance, periodic=given.repeats,
        )  # fmt: skip
    assert given.force_constants is not None and (given.calculator is None or isinstance(given.calculator, str))
    assert given.structure is None or isinstance(given.structure, str)
    structure, force_sets, born = (
        source.resolve(name) if name else None for name in (given.structure, given.force_sets, given.born)
    )
    return Files(
        formats.main(source.resolve(given.force_constants)), structure, force_sets, born,
        given.supercell_matrix, given.primitive, given.calculator, given.symmetry_tolerance,
        given.format, None if given.ngqpt is None else (given.ngqpt[0], given.ngqpt[1], given.ngqpt[2]),
        given.displacement, given.repeats, given.q2r,
    )  # fmt: skip


def potential(source: Source) -> Wanted | None:
    """What an input wants of a potential; None where a file has the forces."""
    given = source.input.crystal
    if given.potential is None:
        return None
    assert given.structure is not None
    at = given.structure
    if isinstance(at, StructureSection):
        masses = None if at.masses is None else tuple(at.masses)
        structure: Path | Placed = Placed(
            tuple(map(tuple, at.lattice)), tuple(at.species), tuple(map(tuple, at.positions)), masses
        )
    else:
        structure = source.resolve(at)
    named = given.potential.polymlp
    model = Model(given.potential.ase, source.resolve(named) if named else None, given.potential.arguments)
    side = given.supercell if isinstance(given.supercell, float) else AUTOMATIC
    return Wanted(
        structure, model, given.supercell_matrix or side, given.displacement or DISPLACEMENT,
        given.relax or "none", given.symmetry_tolerance or TOLERANCE, layer.empty_axis(given.repeats),
    )  # fmt: skip


def sources(source: Source) -> list[Path]:
    """Every file whose content decides the results."""
    optics, thermal = source.input.optics, source.input.thermal
    found = [] if source.input.crystal.model is not None else foreign.sources(files(source))
    if optics is not None and isinstance(optics.lifetime, LinewidthsSection):
        found.append(source.resolve(optics.lifetime.linewidths))
    lifetime = None if thermal is None else thermal.lifetime
    if lifetime is not None and lifetime.linewidths is not None:
        program, names = lifetime.linewidths
        found += [path for name in names for path in PROGRAMS[program].sources(source.resolve(name))]
    if lifetime is not None and lifetime.collision_matrix is not None:
        found.append(source.resolve(lifetime.collision_matrix))
    return found
