"""The tables of docs/reference/commands.md are the parsers of the command line."""

import argparse
from dataclasses import MISSING, fields

import made_pages
import pytest
from config import commands_page

from hpcph.cli import COMMANDS
from hpcph.export.options import FORMATS, Options

TEXT = commands_page.PAGE.read_text(encoding="utf-8")
ACTIONS = [
    (name, action) for name, parser in commands_page.parsers().items() for action in commands_page.arguments(parser)
]


def test_the_tables_of_commands_are_the_parsers():
    """All commands, arguments, defaults and descriptions; `make docs` writes them anew."""
    assert made_pages.filled(commands_page.PAGE, commands_page.parts()) == TEXT, "run `make docs`"
    assert set(commands_page.parsers()) == {*COMMANDS, commands_page.WHOLE}


@pytest.mark.parametrize("command, action", ACTIONS, ids=[f"{name} {action.dest}" for name, action in ACTIONS])
def test_every_argument_says_what_it_is_and_its_default(command, action):
    """A default that the parser or the export fills in is the one in brackets at the end of the help."""
    assert action.help and action.help != argparse.SUPPRESS
    said = commands_page.DEFAULT.search(action.help)
    known = {one.name: one.default for one in fields(Options) if one.default is not MISSING}
    default = (known.get(action.dest) if command == "export" else None) or action.default
    if default is not None and not isinstance(default, bool) and action.nargs != 0:
        assert said and said[1] == str(default)


def test_every_format_of_an_export_is_described():
    """A row of the table says what it is for."""
    assert [name for name in FORMATS if f"| `{name}` | " in TEXT.partition("made: formats")[0]] == list(FORMATS)
