"""Which crystals are in a folder, or on a list: places by name first, then the crystals of each place."""

import hashlib
import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpcph.config.load import load
from hpcph.errors import InputError, InputErrors, beside, printable
from hpcph.prepare import pairing
from hpcph.prepare.look import is_input
from hpcph.readers import ase_cache
from hpcph.readers.recognised import KEY, recognised
from hpcph.survey.belonging import FileSet, crystals_of, keys_of
from hpcph.survey.candidate import Candidate
from hpcph.survey.effort import expected
from hpcph.survey.sieve import complaining, sieved, unpacked_name
from hpcph.survey.template import Template

OF_RESULTS = {"result.h5", "survey.h5", "survey.csv"}  # folders of results, and of surveys, hold no crystals
MANY = 100  # files of YAML in a folder: more are a collection, which ranks share
YAML = (".yaml", ".yml")
LONGEST = 1 << 24  # bytes of a list
PLAIN = re.compile(r"(?!.*__)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")  # a step of a path that a name may repeat
LONG = 100  # letters of a name
VARIABLE = re.compile(r"\$(?:\w|\{\w+\})")
PATHS = ("force_constants", "structure", "force_sets", "born")


@dataclass(frozen=True)
class SearchPlace:
    """Where crystals may be: files beside each other, or a line of a list. Nothing of it has been opened.

    root : what was searched, absolute, the folder of a list; folder : relative to it
    files : names in the folder, or paths as a line of a list has them
    listed : do they belong together, for a line says so?
    """

    root: str
    folder: str
    files: tuple[str, ...]
    listed: bool = False

    def paths(self) -> list[Path]:
        """Absolute paths of the files."""
        folder = self.root if self.folder == "." else os.path.join(self.root, self.folder)
        return [Path(os.path.join(folder, name)) for name in self.files]


def places(place: Path) -> list[SearchPlace]:
    """Where crystals may be below a folder, or on a list; sorted, and no file of a folder opened.

    A list is a text of a crystal a line: its files, relative to the list, in quotes where a shell would need them; or a
    folder, which is searched; or an input, whose section `crystal` is taken. Remarks begin with #.

    Hidden folders, folders of results and links to folders are left out, but for the one that is named. Raises
    InputError where there is neither a folder nor a list that can be read.
    """
    if os.path.isdir(place):
        return _below(os.path.abspath(place), ".")
    root = os.path.dirname(os.path.abspath(place))
    found: dict[SearchPlace, None] = {}
    for words in _lines(place):
        if len(words) == 1 and os.path.isdir(os.path.join(root, words[0])):
            found |= dict.fromkeys(_below(root, os.path.normpath(words[0])))
        else:
            found[SearchPlace(root, ".", tuple(words), listed=True)] = None
    return list(found)


def candidates(place: SearchPlace, template: Template | None = None) -> list[Candidate]:
    """The crystals of a place, and what looks like one and is none, with the reason; in the order of their names.

    template : whose options of `crystal` files are read with, and whose mesh the cost is of

    Raises nothing about files, whatever they hold.
    """
    if place.listed:
        return [_candidate(place, _listed(place.paths()), template)]
    looked = [(path, sieved(path)) for path in _unpacked_first(place.paths())]
    found = [_candidate(place, one, template) for one in crystals_of(looked)]
    return sorted(found, key=lambda one: one.name)


def distinct(found: Iterable[Candidate]) -> list[Candidate]:
    """By name, the first of each: lines of a list may name the same files twice."""
    return [one for _, one in sorted({one.name: one for one in reversed(list(found))}.items())]


def _below(root: str, start: str) -> list[SearchPlace]:
    """Every folder with files, in order, those of a cache of ASE with the folder above them."""
    found: list[SearchPlace] = []
    top = os.path.join(root, start)
    for folder, folders, names in os.walk(top):
        if OF_RESULTS & set(names) and folder != top:
            folders.clear()
            continue
        folders[:] = sorted(
            name for name in folders if name[0] != "." and not os.path.islink(os.path.join(folder, name))
        )
        here = os.path.relpath(folder, root)
        caches = [name for name in folders if _is_cache(os.path.join(folder, name))]
        folders[:] = [name for name in folders if name not in caches]
        tables = sorted(name for name in names if unpacked_name(name).lower().endswith(YAML))
        if len(tables) > MANY:
            parts = (tables[n : n + MANY] for n in range(0, len(tables), MANY))
            found += [SearchPlace(root, here, tuple(part)) for part in parts]
            names = [name for name in names if not unpacked_name(name).lower().endswith(YAML)]
        if names or caches:
            found.append(SearchPlace(root, here, tuple(sorted([*names, *caches]))))
    return found


def _is_cache(folder: str) -> bool:
    """Is a folder a cache of ASE and nothing else?"""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return bool(set(ase_cache.FOLDER) & set(names)) and all(
        name in ase_cache.FOLDER or ase_cache.FILE.fullmatch(name) for name in names
    )


def _lines(path: Path) -> list[list[str]]:
    """The words of every line of a list that has some. Raises InputError."""
    if not os.path.isfile(path):
        fix = "is no folder and no list of crystals" if os.path.exists(path) else f"is not there{beside(path)}"
        raise InputError("FOLDER", path, f"{fix}; give a folder, or a text with a crystal a line")
    try:
        with open(path, "rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as err:
        raise InputError("FOLDER", path, f"cannot be read ({err.strerror})") from None
    if len(data) > LONGEST:
        raise InputError("FOLDER", path, f"is larger than {LONGEST >> 20} MiB, so it is no list of crystals")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError("FOLDER", path, "is no text; give a folder, or a text with a crystal a line")
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as err:
            fix = f"line {number}: {str(err).lower()}; names with quotes or spaces stand in quotes"
            raise InputError("FOLDER", path, fix) from None
        found += [words] if words else []
    if not found:
        raise InputError("FOLDER", path, "names no crystal; give one a line: its files, or its folder")
    return found


def _unpacked_first(paths: list[Path]) -> list[Path]:
    """Without files that lie there unpacked too, or packed in another way."""
    kept: dict[tuple[Path, str], Path] = {}
    for path in sorted(paths, key=lambda path: (path.name != unpacked_name(path.name), path)):
        kept.setdefault((path.parent, unpacked_name(path.name)), path)
    return sorted(kept.values())


def _listed(paths: list[Path]) -> FileSet:
    """What a line of a list names."""
    try:
        if len(paths) == 1 and os.path.isfile(paths[0]) and is_input(paths[0]):
            return FileSet(paths[0], _of_input(paths[0]))
        with complaining(paths[0]):
            found = [recognised(path) for path in paths]
            files, _ = pairing.together(found)
        described = next((one.described for one in found if one.described is not None), None)
        return FileSet(files.force_sets or files.force_constants, keys_of(files), described)
    except InputError as err:
        return FileSet(paths[0], reason=err)


def _of_input(path: Path) -> dict[str, Any]:
    """The section `crystal` of an input, its paths absolute. Raises InputError."""
    source = load(path)
    said = source.data["crystal"]
    if source.input.crystal.force_constants is None:
        raise InputError("crystal", None, "names no file with force constants, and a survey takes no others")
    return {key: str(source.resolve(value)) if key in PATHS else value for key, value in said.items()}


def _candidate(place: SearchPlace, found: FileSet, template: Template | None) -> Candidate:
    """With its name, and what its run is expected to cost; files that cannot be read, or named, are a reason."""
    relative = os.path.relpath(found.main, place.root)
    name = _name(relative, place.files if place.listed and len(place.files) > 1 else ())
    try:
        if found.reason is not None:
            raise found.reason
        for path in (found.keys[key] for key in PATHS if key in found.keys):
            _require_writable(path)
        with complaining(found.main):
            return Candidate(name, printable(relative), found.keys, cost=expected(found, template))
    except InputError as err:
        return Candidate(name, printable(relative), {}, _reason(err))


def _name(relative: str, others: tuple[str, ...]) -> str:
    """Of the path of the main file: its steps, joined by two underscores, without what says how it is packed.

    Other letters than usual in names are replaced; a part of a hash keeps such names, and long ones, apart. So it does
    with what a line of a list names beside the main file.
    """
    steps = unpacked_name(relative).split(os.sep)
    plain = "__".join(re.sub(r"[^A-Za-z0-9.-]+", "_", step).strip("._-") for step in steps).strip("_")
    if all(PLAIN.fullmatch(step) for step in steps) and len(plain) <= LONG and not others:
        return "__".join(steps)
    digest = hashlib.sha256(os.fsencode("\0".join([unpacked_name(relative), *others]))).hexdigest()[:10]
    return f"{plain[-LONG:].strip('._-') or 'crystal'}~{digest}"


def _require_writable(path: str) -> None:
    """Raise InputError where an input cannot name a path."""
    if any("\ud800" <= letter <= "\udfff" for letter in path):
        raise InputError(KEY, path, "has a name that is no text (UTF-8); rename it")
    if VARIABLE.search(path):
        raise InputError(KEY, path, "has a $ in its path, which an input takes for a variable; rename it")


def _reason(err: InputError) -> str:
    """The complaint in one line; a file by its name alone, for its place stands beside it."""
    first = err.errors[0] if isinstance(err, InputErrors) else err
    said = f"{first.value.name}: {first.fix}" if isinstance(first.value, Path) else str(first)
    return " ".join(printable(said).split())
