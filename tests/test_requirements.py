"""The locks of jobscripts/: what hpcph needs, at any remove, has an exact version and the hashes of its files."""

import configparser
import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
BEFORE = {"pip", "setuptools", "setuptools-scm", "wheel", "cython", "pkgconfig"}  # what install.sh builds with
LINE = re.compile(r"(\S+)==(\S+)( --hash=sha256:[0-9a-f]{64})+")


def locked(name: str) -> list[tuple[str, str]]:
    """Names and versions of a lock; every line has hashes."""
    lines = [line for line in (ROOT / "jobscripts" / name).read_text().splitlines() if line[:1] not in ("#", "")]
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return [(canonicalize_name(match[1]), match[2]) for match in found]


def needed() -> set[str]:
    """What setup.cfg asks for with the extra test, and what that asks for in turn, here."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    todo = [*config["options"]["install_requires"].split("\n"), *config["options.extras_require"]["test"].split("\n")]
    seen: set[tuple[str, str]] = set()
    while todo:
        if not (text := todo.pop().strip()):
            continue
        requirement = Requirement(text)
        for extra in ("", *requirement.extras):
            name = canonicalize_name(requirement.name)
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                below = [Requirement(more) for more in requires(name) or []]
            except PackageNotFoundError:  # of a test that this environment lacks
                continue
            todo += [str(r).split(";")[0] for r in below if not r.marker or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def test_the_lock_is_complete():
    """Nothing that is installed comes without version and hash; no package twice."""
    names = [name for name, _ in locked("requirements.lock")]
    assert len(set(names)) == len(names)
    assert len(needed()) > 60 and not (needed() | BEFORE) - set(names)


def test_petsc4py_has_a_line_for_every_petsc():
    """One a minor version, for that of the PETSc that is found decides; and PETSc itself where pip compiles it."""
    lines = locked("petsc4py.lock")
    minors = [version.rpartition(".")[0] for name, version in lines if name == "petsc4py"]
    assert {"3.18", "3.19", "3.22", "3.26"} <= set(minors) and len(set(minors)) == len(minors)
    script = (ROOT / "jobscripts/install.sh").read_text()
    compiled = re.findall(r"compiled petsc(?:==| )(\d+\.[\d.]+)", script)[:1]
    assert [version for name, version in lines if name == "petsc"] == compiled
