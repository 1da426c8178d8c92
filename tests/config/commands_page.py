"""docs/reference/commands.md: every command, option and default, read off the parsers and kept by nobody.

make docs
"""

import argparse
import re

import made_pages

from hpcph.config.commands import NAME, command_line
from hpcph.export.options import FORMATS

PAGE = made_pages.DOCS / "reference/commands.md"
HEAD = ("argument", "default", "what it is")
WHOLE = "hpcph"  # the part of the page on options that stand before a command
DEFAULT = re.compile(r" \(([^()]*)\)$")  # help ends with it, in brackets


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Of the program and of every command."""
    program = command_line(NAME)
    commands = next(action for action in program._actions if isinstance(action, argparse._SubParsersAction))
    return {WHOLE: program, **commands.choices}


def summaries() -> dict[str, str]:
    """What every command does, in the words of `hpcph --help`."""
    program = parsers()[WHOLE]
    commands = next(action for action in program._actions if isinstance(action, argparse._SubParsersAction))
    return {action.dest: str(action.help) for action in commands._choices_actions}


def arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What stands behind a command, --help and the commands themselves left out."""
    others = (argparse._HelpAction, argparse._SubParsersAction)
    return [action for action in parser._actions if not isinstance(action, others)]


def row(action: argparse.Action) -> tuple[str, ...]:
    """A line of the table."""
    takes = "" if action.nargs == 0 or not action.option_strings else f" {action.metavar or action.dest.upper()}"
    names = [f"`{name}{takes}`" for name in action.option_strings]
    if not names:
        several = " …" if action.nargs in ("+", "*") else ""
        names = [f"`{action.metavar}{several}`"]
    text = str(action.help)
    default = DEFAULT.search(text)
    shown = default[1] if default else "required" if action.required else ""
    return ", ".join(reversed(names)), shown, DEFAULT.sub("", text)


def parts() -> dict[str, str]:
    """A table of every command, and one of what each format of an export has a use for."""
    told, made = summaries(), {}
    for name, parser in parsers().items():
        rows = [row(action) for action in arguments(parser)]
        summary = f"`hpcph {name}`: {told[name]}." if name in told else ""
        made[name] = "\n\n".join(filter(None, [summary, made_pages.table(HEAD, rows) if rows else ""]))
    uses = [(f"`{name}`", " ".join(f"`--{option}`" for option in options)) for name, options in FORMATS.items()]
    return made | {"formats": made_pages.table(("`--format`", "its options"), uses)}


if __name__ == "__main__":
    made_pages.fill(PAGE, parts())
