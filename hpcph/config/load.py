"""Reading an input file: strict YAML, ${VAR} expanded, ~ and $VAR in names of files too, every mistake as one line.

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
from ruamel.yaml.representer import SafeRepresenter

from hpcph.config import hints
from hpcph.config.schema import Input
from hpcph.config.structure import said
from hpcph.errors import InputError, InputErrors, beside, did_you_mean
from hpcph.potential.wanted import Computed

MAX_BYTES = 1 << 20
MAX_VALUES = 200_000
MAX_DEPTH = 50
BREAKS = re.compile("[\x85\u2028\u2029]")  # of lines, in YAML
DATA = "HPCPH_DATA"  # names the folder of first-principles data
DEFAULTS = {DATA: "../../shared/data"}  # relative to the input file, as every path is
FILES = (
    "force_constants", "structure", "force_sets", "born", "polymlp", "phono3py", "shengbte", "alamode", "tdep",
    "collision_matrix", "linewidths", "output",
)  # fmt: skip
STRUCTURES = (
    "model_type", "dict_type", "list_type", "string_type", "int_type", "float_type", "too_short", "too_long",
    "literal_error", "string_too_short",
)  # fmt: skip
LIKE = "; write it like "
SLIPS = {  # what the YAML parser says: what was meant
    "character '\\t'": "indent with spaces, not with tabs",
    "cannot start any token": "put this text in quotes",
    "could not find expected ':'": "after a key stand a colon and a space, as in bands: {path: auto}",
    "mapping values are not allowed": "text with a colon goes in quotes, and keys of a section begin in one column",
    "unexpected end of stream": "a quotation mark is not closed",
    "<stream end>": "a bracket is not closed",
}


@dataclass(frozen=True)
class Source:
    """A validated input with the text it came from.

    data : its content as read, variables filled in; computed : files with the forces of its potential, once there
    """

    path: Path
    text: str
    data: dict[str, Any]
    input: Input
    computed: Computed | None = None

    def resolve(self, name: str) -> Path:
        """A path of the input, variables filled in, relative to the input file; a link keeps its name.

        Raises InputError where HPCPH_DATA does not lead to the data that it stands for.
        """
        folder, last = os.path.split(self.path.parent / name)
        found = os.path.join(os.path.realpath(folder), last)  # pathlib raises where links lead in a circle
        root = os.path.realpath(self.path.parent / os.environ.get(DATA, DEFAULTS[DATA]))
        if DATA in self.text and found.startswith(root + os.sep):
            first = found[len(root) + 1 :].partition(os.sep)[0]
            if not os.path.exists(os.path.join(root, first)):
                set_to = os.environ.get(DATA)
                what = f"has no {first}" if set_to else f"is not set; it names the folder above {first}"
                raise InputError(DATA, set_to, f"{what}; inputs/data/README.md says how to get the data")
        return Path(found)

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
    return from_text(path.resolve(), text)


def read_data(path: Path) -> dict[str, Any]:
    """What a file says that is an input or a part of one, variables filled in, not validated. Raises InputError."""
    return _expand(_parse(_text(path), path), [MAX_VALUES])


class _Texts(SafeRepresenter):
    """Text as it is; line breaks that only YAML knows are escaped, for elsewhere it reads them as spaces."""

    def represent_str(self, data: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"' if BREAKS.search(data) else None)


_Texts.add_representer(str, _Texts.represent_str)


def _writer() -> YAML:
    """Of one line a text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer, yaml.width = _Texts, MAX_BYTES
    return yaml


def as_yaml(data: Any) -> str:
    """The text of an input that says this, its keys in their order."""
    stream, yaml = io.StringIO(), _writer()
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(data, stream)
    return stream.getvalue()


def from_mapping(config: Mapping) -> Source:
    """Validate a dict that says what an input file would say; its paths are relative to the current folder.

    Raises InputError (InputErrors where there are several mistakes).
    """
    try:
        plain = json.loads(json.dumps(config, default=_plain))
        stream = io.StringIO()
        _writer().dump(plain, stream)
    except (TypeError, ValueError, RecursionError, YAMLError) as err:
        raise InputError("config", None, f"holds more than numbers, text, lists and dicts ({err})") from None
    path = Path.cwd() / "config"
    return from_text(path, stream.getvalue())


def scalar(text: str) -> str:
    """Text as an input has it, in quotes where it needs them."""
    stream, yaml = io.StringIO(), _writer()
    yaml.default_flow_style = False
    yaml.dump([text], stream)
    return stream.getvalue().strip().removeprefix("- ")


def from_text(path: Path, text: str) -> Source:
    """Validate the text of an input; path : where it is or will be. Raises InputError as `load` does."""
    data = _expand(_parse(text, path), [MAX_VALUES])
    return Source(path, text, data, _validate(data))


def _plain(value: Any) -> Any:
    """What an input can hold for what Python programs have: NumPy's numbers, arrays, paths, structures, mappings."""
    if isinstance(value, Path):
        return str(value)
    if (structure := said(value)) is not None:
        return structure
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__}")


def _text(path: Path) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            if path.suffix in (".h5", ".hdf5"):
                raise InputError("input", path, "is a result, not an input; figures, report and export take results")
            text = file.read(MAX_BYTES + 1)  # a device has neither a size nor an end
    except UnicodeDecodeError:
        raise InputError("input", path, "is not UTF-8 text") from None
    except OSError as err:
        fix = f"cannot be read ({err.strerror}); give the path of a YAML file{beside(path)}"
        raise InputError("input", path, fix) from None
    if len(text) > MAX_BYTES:
        raise InputError("input", path, "is larger than 1 MiB, so it is no hpcph input")
    return text


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        data = YAML(typ="safe", pure=True).load(text)  # YAML 1.2: 1e-3 is a number, `no` is text, a key stands once
    except RecursionError:
        raise InputError("input", path, "is nested too deeply") from None
    except (YAMLError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
        problem = " ".join((getattr(err, "problem", None) or str(err)).split())[:120]
        slip = next((f"; {meant}" for words, meant in SLIPS.items() if words in problem), "")
        raise InputError("input", where, f"YAML error: {problem}{slip}") from None
    if not isinstance(data, dict):
        raise InputError("input", path, "must be a mapping with the sections crystal, mesh, temperature, …")
    return data


def _expand(node: Any, budget: list[int], depth: int = 0, key: Any = None) -> Any:
    """The input with variables filled in; aliases are written out, so what they stand for is counted."""
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise InputError("input", None, f"stands for more than {MAX_VALUES} values or is nested too deeply")
    if isinstance(node, dict):
        return {_expand(k, budget, depth + 1): _expand(value, budget, depth + 1, k) for k, value in node.items()}
    if isinstance(node, list):
        return [_expand(value, budget, depth + 1, key) for value in node]
    if not isinstance(node, str):
        return node
    if "\0" in node or (not node.isascii() and any("\ud800" <= c <= "\udfff" for c in node)):
        raise InputError("input", ascii(node), "holds a character that no file can; remove it")
    if key in FILES:
        return os.path.expanduser(re.sub(r"\$\{(\w+)\}|\$(\w+)", _variable, node))
    return re.sub(r"\$\{(\w+)\}", _variable, node)


def _variable(match: re.Match) -> str:
    name = match[match.lastindex or 0]
    value = os.environ.get(name, DEFAULTS.get(name))
    if value is None:
        raise InputError("input", match[0], f"is not set; export {name}=… before the run")
    return value if os.environ.get(name) is None else str(Path(value).absolute())


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
    found: dict[str, InputError] = {}
    for item in sorted(err.errors(), key=lambda item: item["type"] == "missing"):
        trail = _trail(item, data)
        mistake = InputError(_name(trail), _shown(item), _fix(item, trail))
        meant = tuple(f"did you mean {name}" for name in (trail[-1:] and trail[-1], mistake.key))
        if item["type"] != "missing" or not any(words in other.fix for other in found.values() for words in meant):
            found.setdefault(str(mistake), mistake)
    return list(found.values())


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


def _fix(item: Mapping, trail: tuple) -> str:
    """What is wrong, and what to write instead."""
    kind, given, example = item["type"], item["input"], hints.example(trail)
    if kind == "extra_forbidden":
        return f"unknown key{hints.key(trail)}"
    if kind == "missing":
        return f"is missing; add it, such as {example}" if example else "is missing; add it"
    known = hints.words(trail)
    says, _, like = _message(item, known).partition(LIKE)
    like = hints.structure(trail) or like if like else example if kind in STRUCTURES else ""
    close = did_you_mean(given, known) if isinstance(given, str) else ""
    return says + (LIKE + like if like else "") + close


def _message(item: Mapping, known: list[str]) -> str:
    """Pydantic's in the words of someone who writes an input."""
    if item["type"] in ("model_type", "dict_type"):
        return "takes keys with their values"
    if item["type"] == "literal_error":
        return f"must be {', '.join(known)}"
    if item["type"] == "bool_type":
        return "must be true or false"
    message = item["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return message[0].lower() + message[1:].replace(" after validation", "")
