"""Force constants of other programs than phonopy, in the primitive cell that is wanted, with what the input adds."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hpcph import constants
from hpcph.crystal import spacegroup
from hpcph.crystal.elements import SYMBOLS, element, kind
from hpcph.errors import InputError, counted
from hpcph.readers import cells, formats, phonopy_set, primitive
from hpcph.readers.constants import TIDY, UNSYMMETRIC, SupercellConstants, within
from hpcph.readers.cuts import ROUGH
from hpcph.readers.files import BINARY, Content, Files, head, opened
from hpcph.readers.formats import Format, Opened
from hpcph.readers.grids import require_vibrating

# keys that few formats have a use for
OTHERS = ("force_sets", "supercell", "calculator", "structure", "displacement", "ngqpt", "q2r")
MASSES = 0.25, 4.0  # of the element's: outside, a mass is in another unit
ELEMENT = 0.02  # of an element's mass, by which an atom without a name may be off
UNLIKE, UNRELATED = 0.01, 0.3  # differences of Φ of atoms that translations map on each other, relative


def recognised(files: Files) -> Format | None:
    """The format of the force constants; None of phonopy's files."""
    structure = "" if files.structure is None else head(files.structure)
    return formats.recognised(head(files.force_constants), files.format, structure)


def sources(files: Files) -> list[Path]:
    """Every file whose content counts, also those that lie beside one and belong to it, in a fixed order."""
    of = recognised(files)
    return [*files.all(), *(of.beside(files.force_constants) if of else [])]


def read(files: Files, of: Format, tolerance: float) -> SupercellConstants:
    """Read files of a format.

    tolerance : m, how far places may be off their space group

    Raises InputError where a file is missing, is none of the format, contradicts another, or is damaged.
    """
    files = files.absolute()
    _require_used(files, of)
    with tempfile.TemporaryDirectory() as name:
        given = {key: opened(f"crystal.{key}", path, Path(name)) for key, path in files.named().items()}
        content = given["force_constants"]
        others = [opened(content.key, path, Path(name)) for path in of.beside(content.path)]
        for one in (content, *others):
            if one.kind in BINARY and one.kind is not of.binary:
                raise one.refuse(f"is {one.kind.value}: expected {of.title}")
        wanted = files.supercell, files.displacement, files.ngqpt, files.periodic, files.q2r
        found = of.read(Opened(content, tuple(others), given.get("structure"), given.get("born"), *wanted))
        grid = "×".join(map(str, np.diag(found.supercell)))
        shown = grid if np.array_equal(found.supercell, np.diag(np.diag(found.supercell))) else found.supercell.tolist()
        first = f"{content.path.name}: {of.title} ({of.name}), supercell {shown}"
        found = checked(content, replace(found, remarks=(", ".join([first, *found.remarks]),)))
        found = _primitive(content, found, files.primitive, tolerance)
        found = _charged(content, found, None if "born" in of.takes else given.get("born"), tolerance)
    return found


def checked(content: Content, found: SupercellConstants) -> SupercellConstants:
    """With the masses and names that the file lacks. Raises InputError where it is no crystal that vibrates."""
    found = named(content, found)
    cells.require_sound(content, _cell(found))
    _require_sound(content, found)
    return found


def _require_used(files: Files, of: Format) -> None:
    """Raise InputError where the input names what this format has no use for, or lacks what it needs."""
    for key in OTHERS:
        if key not in (*of.needs, *of.takes) and (value := getattr(files, key)) is not None:
            said = ", as crystal.format has it" * (files.format is not None)
            raise InputError(f"crystal.{key}", value, f"{files.force_constants.name} is {of.title}{said}; leave it out")
    if "structure" in of.needs and files.structure is None:
        raise InputError("crystal.structure", None, f"{files.force_constants.name} holds no crystal ({of.title})")


def _cell(found: SupercellConstants) -> Any:
    """phonopy's unit cell, which knows elements alone: others stand for species that are none."""
    from phonopy.structure.atoms import PhonopyAtoms

    kinds = dict.fromkeys(kind(symbol) for symbol in found.symbols)
    free = (symbol for symbol in SYMBOLS[1:] if symbol not in kinds)
    stands = {one: one if one in SYMBOLS[1:] else next(free) for one in kinds}
    return PhonopyAtoms(
        cell=found.lattice_vc / constants.angstrom,
        scaled_positions=found.fractional_ac,
        symbols=[stands[kind(symbol)] for symbol in found.symbols],
        masses=found.mass_a / constants.atomic_mass,
    )


def named(content: Content, found: SupercellConstants) -> SupercellConstants:
    """Masses that the file lacks from the elements, names that it lacks from the masses. Raises InputError."""
    usual = cells.usual_masses()
    symbols, masses, said = list(found.symbols), found.mass_a / constants.atomic_mass, []
    for atom, (symbol, mass) in enumerate(zip(found.symbols, masses, strict=True)):
        own = usual.get(element(symbol))
        if np.isnan(mass):
            if own is None:
                raise content.refuse(f"has no masses, and {symbol!r} (atom {atom + 1}) is no element that has one")
            masses[atom] = own
            said.append(f"mass of {symbol} from the element: {own:g} u")
        elif not symbol:
            symbols[atom] = min(usual, key=lambda name: abs(usual[name] - mass))
            if abs(usual[symbols[atom]] / mass - 1) > ELEMENT:
                symbols[atom] = SYMBOLS[0]
            said.append(f"atoms without a name taken for {symbols[atom]} by their mass, {mass:.4g} u")
        elif own is not None and not MASSES[0] < mass / own < MASSES[1]:
            raise content.refuse(f"has a mass of {mass:.4g} u for {symbol} (atom {atom + 1}), usually {own:g}")
    remarks = (*found.remarks, *dict.fromkeys(said))
    return replace(found, symbols=tuple(symbols), mass_a=masses * constants.atomic_mass, remarks=remarks)


def _require_sound(content: Content, found: SupercellConstants) -> None:
    """Raise InputError where an atom acts on another one far more than on itself, or by another law than that on it."""
    if not np.all(np.isfinite(found.phi_tab)):
        raise content.refuse("has force constants that are not finite")
    require_vibrating(content, found)
    if found.asymmetry > UNSYMMETRIC:
        raise content.refuse("has Φ_ab and Φ_ba that are not each other's: damaged or of another order of atoms")


def _charged(content: Content, found: SupercellConstants, born: Content | None, tolerance: float) -> SupercellConstants:
    """Born charges of the file, or of crystal.born, symmetric as the places are and neutral in all."""
    if born is not None:
        from phonopy.structure.symmetry import Symmetry

        cell = _cell(found)
        given = phonopy_set.born(born, cell, Symmetry(cell, symprec=tolerance / constants.angstrom))
        replaced = f"Born charges of {born.path.name} instead of those of {content.path.name}"
        found = replace(found, remarks=(*found.remarks, *[replaced] * (found.born_aij is not None)))
    elif found.born_aij is not None:
        given = {"born": found.born_aij, "dielectric": found.epsilon}
    else:
        return found
    given = cells.charges(given, born or content)
    charges, epsilon = given["born"], given["dielectric"]
    if len(charges) != len(found.mass_a):
        has = f"has Born charges of {counted(len(charges), 'atoms')}"
        raise (born or content).refuse(f"{has}, the cell has {len(found.mass_a)}")
    kinds = spacegroup.kinds(found.symbols, found.mass_a)
    at = spacegroup.symmetric_cell(found.lattice_vc, found.fractional_ac, kinds, None, tolerance).operations
    columns = found.lattice_vc.T
    turn = np.einsum("ij,gjk,kl->gil", columns, at.rotations, np.linalg.inv(columns))
    symmetric = np.einsum("gji,gajk,gkl->ail", turn, charges[at.images], turn) / len(turn)
    epsilon = np.einsum("gji,jk,gkl->il", turn, (epsilon + epsilon.T) / 2, turn) / len(turn)
    return replace(found, born_aij=symmetric - symmetric.mean(axis=0), epsilon=epsilon)


def _primitive(content: Content, found: SupercellConstants, wanted: Any, tolerance: float) -> SupercellConstants:
    """In the primitive cell that is wanted: the shortest where the input leaves it open and the cell is centred."""
    cell = _cell(found)
    said: list[str] = []
    if primitive.is_automatic(wanted):
        matrix = primitive.automatic(cell, ROUGH * tolerance / constants.angstrom)
        said = [text for text in [primitive.sentence(matrix)] if text]
    elif isinstance(wanted, str):
        from phonopy.structure.cells import get_primitive_matrix_by_centring

        matrix = get_primitive_matrix_by_centring(wanted)
    else:
        matrix = np.array(wanted, float)
    if np.allclose(matrix, np.eye(3), atol=TIDY):
        return found
    return replace(_cut(content, found, matrix.T, wanted, tolerance), remarks=(*found.remarks, *said))


def _cut(
    content: Content, found: SupercellConstants, rows: np.ndarray, wanted: Any, tolerance: float
) -> SupercellConstants:
    """The same crystal in a smaller cell; rows : its lattice vectors in units of a, b, c.

    Raises InputError where its translations do not map the atoms, or Φ, on each other.
    """
    inverse = np.linalg.inv(rows)
    places, lattice = found.fractional_ac @ inverse, rows @ found.lattice_vc
    apart = places[:, None] - places
    off = np.linalg.norm((apart - np.rint(apart)) @ lattice, axis=2)
    kinds = spacegroup.kinds(found.symbols, found.mass_a)
    alike = (off < 2 * ROUGH * tolerance) & (kinds[:, None] == kinds)
    of_atom = alike.argmax(axis=1)
    kept = np.unique(of_atom)
    supercell = found.supercell @ inverse
    fits = np.abs(supercell - np.rint(supercell)).max() < TIDY and np.abs(inverse - np.rint(inverse)).max() < TIDY
    if not fits or not np.isclose(len(kept), len(of_atom) * abs(np.linalg.det(rows)), atol=TIDY):
        shown = wanted if isinstance(wanted, str) else rows.T.round(6).tolist()
        raise InputError("crystal.primitive", shown, f"is no primitive cell of {content.path.name}; give auto or P")
    whole = np.rint(supercell).astype(int)
    index = {atom: n for n, atom in enumerate(kept)}
    cells_tac = (found.cell_tc[:, None] + found.fractional_ac) @ inverse - places[of_atom]
    parts: dict[int, list[np.ndarray]] = {}
    for atom in range(len(of_atom)):
        shift = np.rint(places[atom] - places[of_atom[atom]])
        reached = within(np.rint(cells_tac - shift).astype(int), whole)
        points, place = np.unique(reached.reshape(-1, 3), axis=0, return_inverse=True)
        phi = np.zeros((len(points), len(kept), 3, 3))
        second = np.tile([index[b] for b in of_atom], len(found.cell_tc))
        phi[place.ravel(), second] = found.phi_tab[:, atom].reshape(-1, 3, 3)
        parts.setdefault(of_atom[atom], []).append(phi)
    tables = [parts[atom] for atom in kept]
    first = np.stack([table[0] for table in tables], axis=1)
    differ = np.sqrt(sum(np.sum((other - table[0]) ** 2) for table in tables for other in table[1:]))
    relative = differ / np.sqrt(sum(np.sum(table[0] ** 2) * len(table[1:]) for table in tables))
    what = f"force constants of atoms that translations map on each other differ by {relative:.1%}"
    if relative > UNRELATED:
        raise content.refuse(f"{what}; crystal.primitive: P takes them as they are")
    return SupercellConstants(
        lattice_vc=lattice,
        fractional_ac=places[kept],
        symbols=tuple(found.symbols[a] for a in kept),
        mass_a=found.mass_a[kept],
        supercell=whole,
        cell_tc=points,
        phi_tab=first,
        born_aij=None if found.born_aij is None else found.born_aij[kept],
        epsilon=found.epsilon,
        remarks=(*found.remarks, *([what] if relative > UNLIKE else [])),
    )
