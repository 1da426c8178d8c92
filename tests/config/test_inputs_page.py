"""The tables of keys in docs/reference/inputs.md are the model that checks inputs, and so are its examples."""

import re

import made_pages
import pytest
from config import inputs_page
from pydantic import ValidationError
from ruamel.yaml import YAML

from hpcph.config.schema import Input

TEXT = inputs_page.PAGE.read_text(encoding="utf-8")


def test_the_tables_of_keys_are_the_model():
    """All of them, with value, default and description; `make docs` writes them anew."""
    assert made_pages.filled(inputs_page.PAGE, inputs_page.parts()) == TEXT, "run `make docs`"


def test_examples_are_inputs():
    """What the page shows passes the model, and the long one has every section."""
    found = [Input.model_validate(YAML(typ="safe").load(text)) for text in re.findall(r"```yaml\n(.*?)```", TEXT, re.S)]
    assert not [mistake for one in found for mistake in one.mistakes()]
    sections = {key.partition(".")[0] for key, *_ in inputs_page.found() if "." in key}
    assert max((one.model_fields_set for one in found), key=len) >= sections


def test_every_key_says_what_it_is():
    """One line, a phrase, on the field itself."""
    found = inputs_page.found()
    assert len(found) > 100
    texts = {key: node.get("description", "") for key, node, _ in found}
    assert not [key for key, text in texts.items() if not text or text.endswith(".") or "\n" in text]


def test_quantities_say_the_unit_in_which_plain_numbers_are_read():
    """The example that stands in the table is read in the unit that stands there."""
    nodes = {key: node for key, node, _ in inputs_page.found()}
    said = {key: (node["unit"], node["examples"]) for key, node in nodes.items() if "unit" in node}
    assert said["temperature.step"] == ("K", ["10 K"]) and said["optics.frequency.to"] == ("rad/s", ["1 THz"])
    assert "`1 K/mm`" in inputs_page.value(nodes["gradient"]) and "K/m," in inputs_page.value(nodes["gradient"])
    with pytest.raises(ValidationError, match=r"it must convert to K/m, as 1 K/mm does"):
        Input.model_validate({"crystal": {"force_constants": "x"}, "gradient": "1 m"})
