"""One input for many crystals: an ordinary input whose section `crystal` names no files.

What is asked, and what is imposed on force constants, stands there; the files of a crystal are put in, and the result
is a complete input, which `hpcph run` takes by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpcph.config.embedded import embedded
from hpcph.config.load import Source, as_yaml, from_text, read_data
from hpcph.config.mesh import MeshSection
from hpcph.errors import InputError, printable
from hpcph.survey.candidate import Candidate

FOUND = ("force_constants", "structure", "force_sets", "born", "supercell", "format", "ngqpt")
REFUSED = {  # keys of `crystal` that belong to no survey, and why
    **dict.fromkeys(FOUND, "belongs to one crystal, and a survey finds it for each"),
    "model": "is no crystal of files",
    "relax": "is for a potential, which no survey asks",
}
OF_ONE_CRYSTAL = ("phono3py", "shengbte", "alamode", "tdep", "collision_matrix")
CHARGES = ("optics", "field", "magnetization", "crystal.nac")  # what needs Born charges, as complaints name it
SAID = "# An input that `hpcph survey` made of its template and of what it found; `hpcph run` takes it by itself.\n"


@dataclass(frozen=True)
class Template:
    """What every crystal of a survey is asked.

    data : what the file says, variables filled in; no files; title : its own, "" where it has none
    mesh : its section, None where no sums over the zone are wanted
    """

    data: dict[str, Any]
    title: str
    mesh: MeshSection | None


def read(path: Path) -> Template:
    """Read a template and check it as the input of a crystal that is known.

    Raises InputError (InputErrors where there are several mistakes), also of what belongs to one crystal.
    """
    data = read_data(path)
    _require_of_many(data)
    quartz = {"force_constants": str(embedded().parent / "quartz/phonopy_params.yaml.xz")}
    found = from_text(path.absolute(), as_yaml(_with(data, quartz))).input
    return Template(data, found.title, found.mesh)


def text(template: Template, candidate: Candidate) -> str:
    """The complete input of a crystal; its paths are absolute, so that it may stand anywhere."""
    place = " ".join(printable(candidate.place).split())
    title = f"{template.title}: {place}" if template.title else place
    first = dict.fromkeys(("title", "crystal"))
    return SAID + as_yaml(first | _with(template.data, candidate.files) | {"title": title})


def source(template: Template, candidate: Candidate, path: Path) -> Source:
    """That input, validated; path : where it is or will be. Raises InputError."""
    return from_text(path, text(template, candidate))


def asks_for_charges(template: Template) -> tuple[str, ...]:
    """What of a template a crystal without Born charges cannot answer, in the words of CHARGES."""
    data = template.data
    crystal = data.get("crystal") or {}
    asked = {
        "optics": data.get("optics") is not None,
        "field": data.get("field") is not None,
        "magnetization": data.get("magnetization") is True,
        "crystal.nac": crystal.get("nac") == "gonze",
    }
    return tuple(key for key in CHARGES if asked[key])


def without(template: Template, keys: Iterable[str]) -> Template:
    """The same that does not ask for some sections or choices, such as `optics` or `crystal.nac`; others stay.

    What prepares a run names them as the key of its InputError.
    """
    keys = set(keys)
    data = {key: value for key, value in template.data.items() if key not in keys}
    if isinstance(data.get("crystal"), dict):
        data["crystal"] = {key: value for key, value in data["crystal"].items() if f"crystal.{key}" not in keys}
    return replace(template, data=data, mesh=None if "mesh" in keys else template.mesh)


def _with(data: dict[str, Any], files: dict[str, Any]) -> dict[str, Any]:
    """The section `crystal` with the files of a crystal, which come first; what is no section is left to validation."""
    options = data.get("crystal")
    if options is not None and not isinstance(options, dict):
        return data
    return data | {"crystal": files | {key: value for key, value in (options or {}).items() if key not in files}}


def _require_of_many(data: dict[str, Any]) -> None:
    """Raise InputError where a template says what can be true of one crystal alone."""
    crystal, lifetime, optics = (_section(data, name) for name in ("crystal", "lifetime", "optics"))
    for key, why in REFUSED.items():
        if key in crystal:
            raise InputError(f"crystal.{key}", None, f"{why}; leave it out of the template")
    if isinstance(crystal.get("calculator"), dict):
        fix = "a potential, which no survey asks; name whose units files have that do not say, or leave it out"
        raise InputError("crystal.calculator", None, fix)
    for key in OF_ONE_CRYSTAL:
        if key in lifetime:
            raise InputError(f"lifetime.{key}", None, "is of one crystal; give all of them a time, such as 10 ps")
    if isinstance(optics.get("lifetime"), dict):
        raise InputError(
            "optics.lifetime", None, "linewidths are of one crystal; give all of them a time, such as 1 ps"
        )
    if "output" in data:
        fix = "every crystal of a survey has a folder of its own; leave it out of the template"
        raise InputError("output", data["output"], fix)


def _section(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}
