"""Reading an input file: strict YAML, ${VAR} expanded, every mistake as one line with key, value and fix.

A dict is written as YAML first, so that it passes the same gate.
"""

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from hpcph.config.schema import Input
from hpcph.errors import InputError, InputErrors

MAX_BYTES = 1 << 20
MAX_VALUES = 200_000
MAX_DEPTH = 50
DEFAULTS = {"HPCPH_DATA": "../../shared/data"}  # relative to the input file, as every path is


@dataclass(frozen=True)
class Source:
    """A validated input with the text it came from; data : its content as read, variables filled in."""

    path: Path
    text: str
    data: dict[str, Any]
    input: Input

    def resolve(self, name: str) -> Path:
        """A path of the input: ${VAR} expanded, relative to the input file."""
        return Path(os.path.realpath(self.path.parent / name))  # pathlib raises where links lead in a circle

    @property
    def digest(self) -> str:
        """sha256 of the meaning of the input: comments, order and spelling of units do not count."""
        meaning = self.input.model_dump(exclude={"output"})
        return hashlib.sha256(repr(meaning).encode()).hexdigest()


def load(path: Path) -> Source:
    """Read and validate an input file.

    Raises InputError (InputErrors where there are several mistakes).
    """
    text = _text(path)
    return _source(path.resolve(), text)


def from_mapping(config: Mapping) -> Source:
    """Validate a dict that says what an input file would say; its paths are relative to the current folder.

    Raises InputError (InputErrors where there are several mistakes).
    """
    try:
        plain = json.loads(json.dumps(config, default=_plain))
        stream = io.StringIO()
        YAML(typ="safe", pure=True).dump(plain, stream)
    except (TypeError, ValueError, RecursionError, YAMLError) as err:
        raise InputError("config", None, f"holds more than numbers, text, lists and dicts ({err})") from None
    path = Path.cwd() / "config"
    return _source(path, stream.getvalue())


def _source(path: Path, text: str) -> Source:
    data = _expand(_parse(text, path), [MAX_VALUES])
    return Source(path, text, data, _validate(data))


def _plain(value: Any) -> Any:
    """What the input can hold for what Python programs have: NumPy's numbers and arrays, paths, other mappings."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__}")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("input", path, "is larger than 1 MiB, so it is no hpcph input")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError("input", path, "is not UTF-8 text") from None
    except OSError as err:
        raise InputError("input", path, f"cannot be read ({err.strerror}); give the path of a YAML file") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        data = YAML(typ="safe", pure=True).load(text)  # YAML 1.2: 1e-3 is a number, `no` is text, a key stands once
    except RecursionError:
        raise InputError("input", path, "is nested too deeply") from None
    except (YAMLError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
        problem = getattr(err, "problem", None) or str(err)
        raise InputError("input", where, f"YAML error: {' '.join(problem.split())[:120]}") from None
    if not isinstance(data, dict):
        raise InputError("input", path, "must be a mapping with the sections crystal, mesh, temperature, …")
    return data


def _expand(node: Any, budget: list[int], depth: int = 0) -> Any:
    """The input with ${VAR} filled in; aliases are written out, so what they stand for is counted."""
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise InputError("input", None, f"stands for more than {MAX_VALUES} values or is nested too deeply")
    if isinstance(node, dict):
        return {_expand(key, budget, depth + 1): _expand(value, budget, depth + 1) for key, value in node.items()}
    if isinstance(node, list):
        return [_expand(value, budget, depth + 1) for value in node]
    if not isinstance(node, str):
        return node
    if "\0" in node or (not node.isascii() and any("\ud800" <= c <= "\udfff" for c in node)):
        raise InputError("input", ascii(node), "holds a character that no file can; remove it")
    return re.sub(r"\$\{(\w+)\}", _variable, node)


def _variable(match: re.Match) -> str:
    value = os.environ.get(match[1], DEFAULTS.get(match[1]))
    if value is None:
        raise InputError("input", match[0], f"is not set; export {match[1]}=… before the run")
    return value if os.environ.get(match[1]) is None else str(Path(value).absolute())


def _validate(data: dict[str, Any]) -> Input:
    try:
        found = Input.model_validate(data)
    except ValidationError as err:
        raise InputErrors(_mistakes(err, data)) from None
    if mistakes := found.mistakes():
        raise InputErrors([InputError(key, data.get(key), fix) for key, fix in mistakes])
    return found


def _mistakes(err: ValidationError, data: Any) -> list[InputError]:
    """One a value that is wrong."""
    return [InputError(_name(_trail(item, data)), _shown(item), _fix(item)) for item in err.errors()]


def _trail(item: Mapping, data: Any) -> tuple:
    """The part of pydantic's location that exists in the input, or should (unions put names of types in between)."""
    trail: list = []
    location = item["loc"]
    for step in location:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif item["type"] != "missing" or step != location[-1]:
            continue
        trail.append(step)
    return tuple(trail)


def _name(trail: tuple) -> str:
    """a.b[0]; keys are the user's and may hold anything, line breaks included."""
    steps = (f"[{s}]" if isinstance(s, int) else f".{s if s.isprintable() else ascii(s)}" for s in trail)
    return "".join(steps).lstrip(".")[:200] or "input"


def _shown(item: Mapping) -> Any:
    return None if item["type"] == "missing" or isinstance(item["input"], dict) else item["input"]


def _fix(item: Mapping) -> str:
    if item["type"] == "extra_forbidden":
        return "unknown key; see the input table of the README"
    if item["type"] == "missing":
        return "is missing; add it"
    message = item["msg"].removeprefix("Value error, ").partition(" or instance of")[0]
    return message[0].lower() + message[1:]
