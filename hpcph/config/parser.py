"""A parser of command lines that says in one line what was meant, and understands numbers that begin with a minus."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from hpcph.errors import InputError, did_you_mean

RANKS = ("-n", "-np", "--np", "--ranks", "--nprocs", "--ntasks")  # the launchers' options
NEGATIVE = re.compile(r"-[\d.]")
CHOICE = re.compile(r"invalid choice: '?(.*?)'? \(choose from (.*)\)")


class AdvisingParser(argparse.ArgumentParser):
    """An argparse.ArgumentParser whose complaints are one line: what is wrong, and what was meant. Exit code 2."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """As argparse, but an unknown option is named before anything that it may have left out or put in its place."""
        given = self._with_negatives(list(sys.argv[1:] if args is None else args))
        for word in self._own(given):
            name = word.partition("=")[0]
            if not any(option.startswith(name) for option in self._options()):
                self.complain("option", name, self._meant(name))
        found, extra = super().parse_known_args(given, namespace)
        if extra and self._commands() is not None:
            numbers = all(re.fullmatch(r"[\d./]+", word) for word in extra)
            fix = "write lists with commas and no spaces, as 0,0,0.5" if numbers else "one too many; leave it out"
            self.complain("unexpected", " ".join(extra), fix)
        return found, extra

    def error(self, message: str) -> NoReturn:
        """argparse's own complaints."""
        key, _, what = message.removeprefix("argument ").partition(": ")
        choice = CHOICE.search(what)
        if choice:
            known = [word.strip(" '") for word in choice[2].split(",")]
            self.complain(key, choice[1], f"must be {', '.join(known)}{_run_it(choice[1], known)}")
        if message.startswith("the following arguments are required"):
            self.complain(what, None, f"is missing; {self.prog} --help says what it is")
        self.complain(key, None, what or message)

    def complain(self, key: str, value: str | None, fix: str) -> NoReturn:
        """One line, exit code 2."""
        self.exit(2, f"hpcph: {InputError(key, value, fix)}\n")

    def _meant(self, name: str) -> str:
        if name in RANKS:
            return "is the launcher's: mpirun -n 4 python -m hpcph …"
        return f"is unknown{did_you_mean(name, self._options()) or f'; {self.prog} has {self._listed()}'}"

    def _own(self, words: list[str]) -> list[str]:
        """Options among the words; those behind a command are the command's."""
        commands = self._commands() or ()
        end = next((place for place, word in enumerate(words) if word in (*commands, "--")), len(words))
        return [word for word in words[:end] if word.startswith("-") and word != "-" and not NEGATIVE.match(word)]

    def _with_negatives(self, words: list[str]) -> list[str]:
        """`--q -1/3,0,0` as `--q=-1/3,0,0`, which argparse takes for a value."""
        joined: list[str] = []
        for word in words:
            if joined and NEGATIVE.match(word) and joined[-1].startswith("--") and "=" not in joined[-1]:
                joined[-1] += f"={word}"
            else:
                joined.append(word)
        return joined

    def _options(self) -> list[str]:
        return [option for action in self._actions for option in action.option_strings]

    def _listed(self) -> str:
        return ", ".join(option for option in self._options() if option.startswith("--"))

    def _commands(self) -> list[str] | None:
        found = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        return list(found[0].choices) if found else None


def _run_it(word: str, known: list[str]) -> str:
    """The command that a word was meant to be, or to be given to."""
    if word.endswith((".yaml", ".yml")):
        return f"; did you mean hpcph run {word}?"
    if word.endswith((".h5", ".hdf5")):
        return f"; did you mean hpcph report {word}?"
    return did_you_mean(word, known)
