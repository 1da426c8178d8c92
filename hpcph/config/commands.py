"""The words of the command line: commands, their options, completion."""

import argparse
import sys
from pathlib import Path

import hpcph
from hpcph.config.parser import AdvisingParser
from hpcph.errors import printable

NAME = "hpcph"


class _Parser(AdvisingParser):
    """Tells where nobody reads what it prints; newer Pythons keep that to themselves."""

    def _print_message(self, message, file=None):
        if message:
            (file or sys.stderr).write(printable(message))


class _Version(argparse.Action):
    """Looks the version up when it is asked for, not on every rank of every run."""

    def __call__(self, parser, *_) -> None:
        print(f"hpcph {hpcph.__version__}")
        parser.exit()


class _Completion(argparse.Action):
    """Prints what completes commands, options and files of `hpcph` in a shell."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        import shtab

        program = command_line(NAME)
        commands = next(action for action in program._actions if isinstance(action, argparse._SubParsersAction))
        for command in (program, *commands.choices.values()):
            for action in command._actions:
                if action.type is Path:
                    action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
        print(shtab.complete(program, shell=str(values)))
        parser.exit()


def called() -> str:
    """How the program was called."""
    return f"python -m {NAME}" if Path(sys.argv[0]).parts[-2:] == (NAME, "__main__.py") else NAME


def command_line(name: str) -> argparse.ArgumentParser:
    """What the words mean; name : how the program was called."""
    parser = _Parser(prog=name, description="Angular momentum of chiral phonons, over MPI.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument(
        "--print-completion", action=_Completion, choices=("bash", "zsh", "tcsh"), metavar="SHELL",
        help="print what completes hpcph in bash, zsh or tcsh, and exit",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="compute every section of an input, or of the embedded one")
    run.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml", help="input (the embedded α-quartz)")
    run.add_argument("--output", type=Path, metavar="DIR", help="replaces the input's output folder")
    run.add_argument("--resume", action="store_true", help="go on with an unfinished run, never begin one")
    run.add_argument("--overwrite", action="store_true", help="replace any result in the folder by a new one")
    check = commands.add_parser("check", help="validate an input and its force constants, or look at files without one")
    check.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="an input, or the files of a crystal (the embedded α-quartz)",
    )
    check.add_argument("--supercell", metavar="N,N,N", help="of files without an input, where none says it")
    init = commands.add_parser("init", help="a commented input for files of force constants, Born charges, linewidths")
    init.add_argument("files", nargs="+", type=Path, metavar="FILE", help="those of a crystal, in any order")
    init.add_argument("--supercell", metavar="N,N,N", help="of forces or force constants, where no file says it")
    init.add_argument(
        "--calculator", metavar="NAME",
        help="a potential for the forces of a structure: file of pypolymlp, module:factory, chgnet or sevenn",
    )  # fmt: skip
    init.add_argument("--output", "-o", type=Path, metavar="INPUT.yaml", help="a new file instead of the screen")
    commands.add_parser("schema", help="the JSON schema of an input, for editors")
    survey = commands.add_parser("survey", help="every crystal of a folder or a list by one input: tables and a page")
    survey.add_argument("place", type=Path, metavar="FOLDER|LIST", help="crystals, or a text that names one a line")
    survey.add_argument("--template", type=Path, required=True, metavar="INPUT.yaml", help="an input without files")
    survey.add_argument("--output", type=Path, required=True, metavar="DIR", help="what it holds of this survey stays")
    survey.add_argument("--overwrite", action="store_true", help="replace what the folder holds, of any survey")
    survey.add_argument(
        "--no-reports", action="store_false", dest="reports", help="leave out the page of every crystal, some MB each"
    )
    survey.add_argument("--plan", type=_several_ranks, metavar="N,N,…", help="only say what it takes on N ranks")
    plan = commands.add_parser("plan", help="k-points, blocks, memory, file size and time of a run")
    plan.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml", help="input (the embedded α-quartz)")
    plan.add_argument("--ranks", type=_ranks, required=True, metavar="N", help="ranks of the run")
    scaling = commands.add_parser("scaling", help="strong and weak scaling: table, figure, fit, extrapolation")
    scaling.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml", help="input (the embedded α-quartz)")
    scaling.add_argument("--ranks", type=_several_ranks, required=True, metavar="N,N,…", help="ranks to measure on")
    scaling.add_argument("--output", type=Path, metavar="DIR", help="measurements that it holds are not repeated")
    scaling.add_argument("--launcher", metavar="COMMAND", help="in front of python, as 'srun -n {ranks}'")
    scaling.add_argument("--repeats", type=_ranks, default=3, metavar="N", help="runs of which the fastest counts (3)")
    export = commands.add_parser("export", help="modes and dispersions in the formats of other programs")
    export.add_argument("result", type=Path, metavar="RESULT.h5", help="a result")
    export.add_argument(
        "--format", required=True, help="extxyz, phononwebsite, phonopy-band, vesta, cif, table or moments"
    )
    export.add_argument("--q", metavar="A,B,C", help="fractional wave vector; the nearest stored one is taken")
    export.add_argument("--branch", metavar="N", help="from 1, the lowest frequency (1)")
    export.add_argument("--cells", metavar="A,B,C", help="repetitions of the cell (as many as one wave needs)")
    export.add_argument("--frames", metavar="N", help="pictures of one period (32)")
    export.add_argument("--amplitude", metavar="LENGTH", help="of the atom that moves most (0.3 angstrom)")
    export.add_argument(
        "--vectors", help="vesta: arrows of displacement, or of polarization, which is l (displacement)"
    )
    export.add_argument("--temperature", metavar="T", help="of the ellipsoids of cif; the nearest stored one (300 K)")
    export.add_argument("--leg", metavar="A-B", help="moments: leg of the path (Γ-A)")
    export.add_argument("--output", type=Path, metavar="FILE", help="instead of a file beside the result")
    convert = commands.add_parser("convert", help="any crystal as phonopy's files: cell, force constants, Born charges")
    convert.add_argument("files", nargs="+", type=Path, metavar="FILE", help="those of a crystal, or an input")
    convert.add_argument("--supercell", metavar="N,N,N", help="of files without an input, where none says it")
    convert.add_argument("--output", "-o", type=Path, required=True, metavar="DIR", help="nothing is overwritten in it")
    report = commands.add_parser("report", help="one self-contained interactive page of a result, or of a survey.h5")
    report.add_argument("result", type=Path, metavar="RESULT.h5", help="a result, or the survey.h5 of a survey")
    report.add_argument("--output", type=Path, metavar="FILE.html", help="the page (report.html beside the result)")
    figures = commands.add_parser("figures", help="publication figures of a result, or of several results together")
    figures.add_argument(
        "results", nargs="+", type=Path, metavar="RESULT.h5", help="a result, or up to four to be drawn in one figure"
    )
    figures.add_argument(
        "--output", type=Path, metavar="DIR",
        help="folder of the figures (figures beside a result, comparison in the folder that several share)",
    )  # fmt: skip
    figures.add_argument(
        "--only", nargs="+", metavar="NAME", help="figures to draw, by the names that the command prints (all)"
    )
    figures.add_argument("--format", nargs="+", metavar="FORMAT", help="of the files: pdf, png or svg (pdf png)")
    figures.add_argument("--width", metavar="LENGTH", help="of all figures, as 86mm (each has its own)")
    figures.add_argument(
        "--style", metavar="FILE.mplstyle", help="a style sheet of Matplotlib, or the name of one that it brings"
    )
    figures.add_argument("--q", metavar="A,B,C", help="of the orbits; the nearest stored wave vector is taken")
    figures.add_argument("--branch", default="1", metavar="N", help="of orbits and species, from 1, the lowest (1)")
    figures.add_argument("--radius", default="20nm", metavar="LENGTH", help="of γ^LL(T); the nearest stored one (20nm)")
    return parser


def _several_ranks(text: str) -> list[int]:
    return [_ranks(part) for part in text.split(",")]


def _ranks(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**7:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number of ranks, 1 or more")
    return int(text)
