"""What hpcph itself says on stderr, where launchers, MPI and PETSc speak as well."""

import re
import sys

RULE = re.compile(r"[-=]{20,}$")  # above and below what Open MPI and MPICH have to say
FOREIGN = re.compile(
    r"\[[^\]\s]+:\d+\] |"  # Open MPI: [host:process] …
    r"WARNING! (There are options|could be spelling)|There (is|are) .* unused database option|Option left: |"  # PETSc
    r"Abort\(\d+\) on node |application called MPI_Abort|YOUR APPLICATION TERMINATED|"  # MPICH
    r"This typically refers to a problem with your application|Please see the FAQ page"
)


def own(stderr: str) -> str:
    """The lines that are not theirs; all of them stand in the report of a test that fails.

    hpcph's own and tracebacks count wherever they stand, also between the rules of a launcher.
    """
    sys.stderr.write(stderr)
    kept, framed = [], False
    for line in stderr.splitlines(keepends=True):
        if line.startswith(("hpcph: ", "Traceback ")):
            kept.append(line)
        elif RULE.match(line):
            framed = not framed
        elif not (framed or FOREIGN.match(line)):
            kept.append(line)
    return "".join(kept)
