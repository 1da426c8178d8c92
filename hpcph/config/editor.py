"""The JSON schema of an input, by which editors complete and check it: `hpcph schema`.

It is the model that checks inputs, with the forms that its validators read beside those of the model: text with a unit
for a number, a single value for a list of one.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from hpcph.config import units
from hpcph.config.light import polarizations
from hpcph.config.maps import runs
from hpcph.config.ratios import ratio
from hpcph.config.schema import Input
from hpcph.config.section import as_list, as_rows

NAME = "input.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
JONES = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 3, "maxItems": 3}


class _Forms(GenerateJsonSchema):
    """Adds what is read before validation."""

    def function_before_schema(self, schema: Any) -> dict[str, Any]:
        inner = super().function_before_schema(schema)
        read = schema["function"]["function"]
        if read is runs:
            return {"anyOf": [{"type": "string"}, inner]}
        if read is ratio or read.__module__ == units.__name__:
            return {**inner, "type": ["number", "string"]}
        if read in (as_list, as_rows):
            return {"anyOf": [inner, inner["items"]]}
        if read is polarizations:
            one = {"anyOf": [*inner["items"]["anyOf"], JONES]}
            return {"anyOf": [{**inner, "items": one}, one]}
        return inner


def schema() -> dict[str, Any]:
    """The schema."""
    return {"$schema": DIALECT, **_any_of(Input.model_json_schema(schema_generator=_Forms))}


def _any_of(node: Any) -> Any:
    """Forms that a value may have need not exclude each other: `auto` is text, and so is `10 ps`."""
    if isinstance(node, list):
        return [_any_of(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {"anyOf" if key == "oneOf" else key: _any_of(value) for key, value in node.items()}
