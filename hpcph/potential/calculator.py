"""Calculators of ASE: of installed packages alone, and nothing from a file that could run.

A module must belong to a package that is installed with its metadata and knows ASE. Where the program is started, the
folder, does not count, though Python would look there first. Arguments name no files.
"""

import contextlib
import copy
import importlib
import importlib.machinery
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.errors import InputError, counted
from hpcph.potential.wanted import Model
from hpcph.readers.files import line, opened

POLYMLP = "pypolymlp.calculator.properties:Properties"
EXTRAS = {"pypolymlp": "polymlp", "chgnet": "chgnet", "sevenn": "sevenn"}  # by module
FACTORIES: dict[str, tuple[str, dict[str, str]]] = {  # with weights of their own, by package
    "chgnet": ("chgnet.model.dynamics:CHGNetCalculator", {"use_device": "cpu"}),
    "sevenn": ("sevenn.calculator:SevenNetCalculator", {"model": "7net-0", "device": "cpu"}),
}
ENGINES = ("torch", "jax", "tensorflow", "numpy", "ase")  # whose versions may decide a force


class Potential:
    """What gives forces. The same for the same atoms, whatever it was asked before: each time by a new calculator."""

    def __init__(self, model: Model):
        """Raises InputError where there is no such calculator, or it cannot be made."""
        self.model = model
        self._make = _maker(model)
        self._unused = self._made()

    def calculator(self) -> Any:
        """A calculator that has computed nothing yet."""
        try:
            return copy.deepcopy(self._unused)
        except Exception:  # of compiled ones that hold what Python cannot copy
            return self._made()

    def atoms(self, symbols: tuple[str, ...], lattice: np.ndarray, places: np.ndarray) -> Any:
        """A periodic crystal of ASE with this potential; lattice (3, 3) and Cartesian places (n, 3) in Å."""
        from ase import Atoms

        return Atoms(symbols, cell=lattice, positions=places, pbc=True, calculator=self.calculator())

    def forces(self, symbols: tuple[str, ...], lattice: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, str]:
        """Forces (n, 3) in eV/Å, and the type of number they came as. Raises InputError where there are none."""
        with self.asked():
            atoms = self.atoms(symbols, lattice, places)
            found = np.asarray(atoms.get_forces(apply_constraint=False))
            kind = np.asarray(atoms.calc.results.get("forces", found)).dtype.name
        self.require_finite(found, "forces")
        if found.shape != places.shape:
            raise self.refuse(f"gives forces of shape {found.shape} for {counted(len(places), 'atoms')}")
        return found.astype(float), kind

    @contextlib.contextmanager
    def asked(self) -> Iterator[None]:
        """Whatever a calculator raises becomes a complaint about it; what it prints is not heard."""
        with apart():
            try:
                yield
            except InputError:
                raise
            except (Exception, SystemExit) as err:
                raise self.refuse(f"fails ({type(err).__name__}: {line(err)})") from err

    def require_finite(self, values: Any, what: str) -> None:
        """Raise InputError where numbers of the calculator are none."""
        if not np.all(np.isfinite(values)):
            raise self.refuse(f"gives {what} that are not finite; it does not know these atoms, or not so near")

    def refuse(self, fix: str) -> InputError:
        """A complaint about the potential."""
        return InputError(self.model.key, self.model.polymlp or self.model.factory, fix)

    def versions(self) -> str:
        """Of the package and of what it computes with, such as `chgnet 0.4.2, torch 2.13.0`."""
        module = (self.model.factory or POLYMLP).partition(":")[0]
        own = _distribution(module.partition(".")[0])
        known = {name: metadata.version(name) for name in ENGINES if name in sys.modules}
        used = {own.name: own.version} | known if own else known
        return ", ".join(f"{name} {number}" for name, number in used.items())

    def _made(self) -> Any:
        with self.asked():
            made = self._make()
        known = getattr(made, "implemented_properties", None)
        if not callable(getattr(made, "get_forces", None)) or known is None:
            raise self.refuse(f"gives a {type(made).__name__}, which is no calculator of ASE")
        if "forces" not in known:
            raise self.refuse("computes no forces; choose another calculator")
        if hasattr(made, "command") or hasattr(made, "profile"):
            raise self.refuse("starts another program; only calculators that compute in Python's process are taken")
        return made


def _maker(model: Model) -> Callable[[], Any]:
    """What makes a calculator. Raises InputError."""
    if model.polymlp is None:
        factory = _imported(model, str(model.factory))
        return lambda: factory(**copy.deepcopy(model.arguments))
    with tempfile.TemporaryDirectory() as folder:
        content = opened(model.key, model.polymlp, Path(folder))
    _imported(model, POLYMLP)
    from hpcph.potential.polymlp import Polymlp

    def unpacked() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "polymlp.yaml"
            plain.write_bytes(content.data)
            return Polymlp(str(plain))

    return unpacked


def _imported(model: Model, name: str) -> Callable[..., Any]:
    """The factory of an installed package. Raises InputError."""

    def refuse(fix: str, value: Any = model.polymlp or model.factory) -> InputError:
        return InputError(model.key, value, fix)

    module, _, attribute = name.partition(":")
    top = module.partition(".")[0]
    owner = _distribution(top)
    if owner is None:
        extra = EXTRAS.get(top)
        add = f"; pip install 'hpcph[{extra}]'" if extra else "; files in folders of yours are not imported"
        raise refuse(f"no package that is installed has a module {top}{add}")
    if not _knows_ase(owner):
        raise refuse(f"{owner.name} is no package of calculators: it does not ask for ASE")
    before = sys.modules.get(top)
    if before is not None and not _within(owner, getattr(before, "__file__", None)):
        raise refuse(f"the module {top} that runs here is not that of the package {owner.name}")
    with _installed_only(), apart():
        try:
            found: Any = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except (Exception, SystemExit) as err:
            raise refuse(f"cannot be imported ({type(err).__name__}: {line(err)})") from err
    if not _within(owner, getattr(sys.modules[top], "__file__", None)) or not callable(found):
        raise refuse(f"is nothing that the package {owner.name} has to call")
    alone = isinstance(found, type) or owner.name == "ase"  # ASE has functions of many kinds, other packages few
    if model.polymlp is None and alone and not hasattr(found, "get_forces"):
        raise refuse("is no class of calculators of ASE")
    return found


def _distribution(top: str) -> metadata.Distribution | None:
    """The installed package that has a module of this name; None where there is none."""
    finder = importlib.machinery.PathFinder()
    for root in _installed_path():
        spec = finder.find_spec(top, [root])
        if spec is None or spec.origin is None:
            continue
        for one in metadata.distributions(path=[root]):
            if any(Path(str(one.locate_file(file))) == Path(spec.origin) for file in one.files or []):
                return one
    return None


def _knows_ase(package: metadata.Distribution) -> bool:
    asks = any(re.match(r"ase\b(?!-)", text, re.IGNORECASE) for text in package.requires or [])
    return package.name in ("ase", "pypolymlp") or (asks and package.name != "hpcph")


def _within(package: metadata.Distribution, origin: str | None) -> bool:
    root = os.path.realpath(str(package.locate_file("")))
    return origin is not None and os.path.realpath(origin).startswith(root + os.sep)


def _installed_path() -> list[str]:
    """Where Python looks for modules, without the folder that it was started in."""
    here = os.path.realpath(os.curdir)
    return [one for one in sys.path if one and os.path.isdir(one) and os.path.realpath(one) != here]


@contextlib.contextmanager
def _installed_only() -> Iterator[None]:
    before = list(sys.path)
    sys.path[:] = _installed_path()
    try:
        yield
    finally:
        sys.path[:] = before


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """For whatever ASE does: one process, of which no other rank hears; in an empty folder, so that no name of a file
    means one that lies about; warnings and prints go nowhere."""
    from ase import parallel

    nobody, before = io.StringIO(), parallel.world.comm
    parallel.world.comm = parallel.DummyMPI()
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(nobody), contextlib.redirect_stderr(nobody):
                yield
    finally:
        parallel.world.comm = before
