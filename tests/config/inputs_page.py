"""docs/reference/inputs.md: every key of an input, read off the model that checks it and kept by nobody.

make docs
"""

import re
from collections.abc import Iterator
from typing import Any

import made_pages

from hpcph.config.schema import Input

PAGE = made_pages.DOCS / "reference/inputs.md"
HEAD = ("key", "value", "default", "what it is")
WHOLE = "input"  # the part of the page that has the keys of no section
BOUNDS = {
    "minimum": "from", "ge": "from", "exclusiveMinimum": "above", "gt": "above",
    "maximum": "to", "le": "to", "exclusiveMaximum": "and below", "lt": "and below",
}  # fmt: skip
WORDS = {"string": "text", "boolean": "`true`, `false`", "integer": "whole number", "number": "number"}


def number(value: float) -> str:
    """As an input has it: 1e-9, 20000, 0.3."""
    return str(value) if isinstance(value, int) else re.sub(r"e([+-])0*", r"e\1", f"{value:g}").replace("e+", "e")


def choices(node: dict) -> list[dict]:
    """What a value may be one of; None, which says that a key is left out, is none of them."""
    nested = [choice for key in ("anyOf", "oneOf") for choice in node.get(key, [])]
    return [one for choice in nested for one in choices(choice) if one.get("type") != "null"] if nested else [node]


def value(node: dict) -> str:
    """The column of values."""
    return "; or ".join(dict.fromkeys(_one(choice, node.get("examples", [])) for choice in choices(node)))


def _one(node: dict, examples: list[str]) -> str:
    if "$ref" in node:
        return "section"
    if words := node.get("enum", [node["const"]] if "const" in node else []):
        return ", ".join(f"`{word}`" for word in words)
    if node["type"] == "array":
        return f"list of {_count(node)}: {value(node['items'])}"
    if node["type"] == "object":
        return f"`name:` {value(node['additionalProperties'])}"
    limits = [f"{word} {number(node[key])}" for key, word in BOUNDS.items() if key in node]
    such = [f"such as `{text}`" for text in node.get("examples", examples)]
    return ", ".join([node.get("unit", WORDS[node["type"]]), *filter(None, [" ".join(limits)]), *such])


def _count(node: dict) -> str:
    least, most = node.get("minItems", 0), node.get("maxItems")
    if most is None:
        return "any length"
    if not least:
        return f"up to {most}"
    return str(most) if least == most else f"{least} to {most}"


def plain(value: Any) -> str:
    """A default as an input has it; none of a section, whose keys have their own."""
    if isinstance(value, list):
        return f"[{', '.join(map(plain, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict) or value is None:
        return ""
    return number(value) if isinstance(value, int | float) else value


def sections(node: dict) -> Iterator[str]:
    """Names of those that a value may be."""
    for choice in choices(node):
        if "$ref" in choice:
            yield choice["$ref"].rpartition("/")[2]


def keys(section: dict, known: dict[str, dict], above: str = "") -> Iterator[tuple[str, dict, bool]]:
    """Every key with dots, its schema, whether it is required; in the order of the model."""
    for name, node in section["properties"].items():
        yield above + name, node, name in section.get("required", [])
        for nested in sections(node):
            yield from keys(known[nested], known, f"{above}{name}.")


def found() -> list[tuple[str, dict, bool]]:
    """All keys of an input."""
    schema = Input.model_json_schema()
    return list(keys(schema, schema["$defs"]))


def row(key: str, node: dict, required: bool) -> tuple[str, ...]:
    """A line of the table."""
    default = plain(node.get("default"))
    shown = "required" if required else f"`{default}`" if default else ""
    return f"`{key}`", value(node), shown, node["description"]


def parts() -> dict[str, str]:
    """A table of every section, and one of the keys of the input itself."""
    rows: dict[str, list[tuple[str, ...]]] = {WHOLE: []}
    for key, *told in found():
        section, _, below = key.partition(".")
        rows.setdefault(section if below else WHOLE, []).append(row(key, *told))
    return {name: made_pages.table(HEAD, lines) for name, lines in rows.items()}


if __name__ == "__main__":
    made_pages.fill(PAGE, parts())
