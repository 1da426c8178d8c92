"""What pages quote of the program is in its sources: messages, and the tests that show something."""

import ast
import re
from functools import cache

from docs import fences

QUOTED = [block for page in fences.PAGES for block in fences.blocks(page) if "said" in block.classes]
TEST = re.compile(r"(\*slow\* )?`((?:\w+/)?test_\w+\.py)::(\w+)`")
ENOUGH = 12  # letters that make a piece of a message one that can be looked for


def texts(node: ast.AST) -> list[str]:
    """Constants of a module, and f-strings with … for what they are filled with."""
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.append(part.value)
        elif isinstance(part, ast.JoinedStr):
            found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in part.values))
    return found


@cache
def sources() -> str:
    """All texts of the program and of its job scripts."""
    modules = (fences.ROOT / "hpcph").rglob("*.py")
    program = [text for path in modules for text in texts(ast.parse(path.read_text(encoding="utf-8")))]
    scripts = [path.read_text(encoding="utf-8") for path in (fences.ROOT / "jobscripts").glob("*.sh")]
    return "\n".join([*program, *scripts])


def pieces(line: str) -> list[str]:
    """What of a message is the same each time."""
    whole = re.sub(r"^(hpcph|install|warning): ", "", line).replace(" = …", "…")
    return [piece.strip(" :;,") for piece in re.split("…", whole)]


def test_messages_are_those_of_the_program():
    """Each piece of a quoted line, and in each line one that is long enough to mean something."""
    lines = [(block, line) for block in QUOTED for line in block.text.splitlines()]
    assert len(lines) > 25
    for block, line in lines:
        found = [piece for piece in pieces(line) if len(piece) >= ENOUGH]
        assert found, f"{block}: nothing to look for in {line!r}"
        assert not [piece for piece in found if not _is_said(piece)], f"{block}: nobody says {line!r}"


def _is_said(piece: str) -> bool:
    """A piece stands in one text; or key and complaint, or complaint and remedy, stand in two."""
    if piece in sources():
        return True
    return any(
        all(part.strip() in sources() for part in (piece[: at.start()], piece[at.end() :]))
        for at in re.finditer("[:;] ", piece)
    )


def test_a_message_that_nobody_says_is_seen():
    """The test above can fail."""
    assert _is_said("is in use by a run on") and not _is_said("is in use by a ruin on")
    assert not _is_said("output: is in use by a ruin on")


@cache
def known(file: str) -> dict[str, bool]:
    """Tests of a file, and whether all of each is slow."""
    path = fences.ROOT / "tests" / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {node.name: any(ast.unparse(mark) == "pytest.mark.slow" for mark in node.decorator_list) for node in found}


def test_tests_that_pages_name_are_there():
    """And those that are slow are called so where promises are."""
    named = [(page, *match) for page in fences.PAGES for match in TEST.findall(page.read_text(encoding="utf-8"))]
    assert len(named) > 60 and any(page.stem == "promises" for page, *_ in named)
    assert not [f"{fences.name(page)}: {file}::{test}" for page, _, file, test in named if test not in known(file)]
    promised = [(slow, file, test) for page, slow, file, test in named if page.stem == "promises"]
    assert not [f"{file}::{test}" for slow, file, test in promised if bool(slow) != known(file)[test]]


def test_lists_of_pages_are_whole():
    """The rooms of the program, the trials of the self-test, the job scripts."""
    rooms = {path.parent.name for path in (fences.ROOT / "hpcph").glob("*/__init__.py")}
    selftest = ast.parse((fences.ROOT / "jobscripts/selftest.py").read_text(encoding="utf-8"))
    (trials,) = [node.value for node in selftest.body if isinstance(node, ast.AnnAssign) and node.target.id == "TRIALS"]
    scripts = [path.name for path in (fences.ROOT / "jobscripts").glob("*.slurm")]
    for page, listed in (
        ("about/developers.md", [f"`{room}/`" for room in rooms]),
        ("cluster/self_test.md", [f"| {key.value} |" for key in trials.keys]),
        ("cluster/slurm.md", [f"| `{script}` |" for script in scripts]),
    ):
        text = (fences.DOCS / page).read_text(encoding="utf-8")
        assert len(listed) > 5 and not [one for one in listed if one not in text], page


def test_every_promise_has_a_test():
    """Each row of the page's tables."""
    page = (fences.DOCS / "cluster/promises.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(rows) > 20 and not [row for row in rows if not TEST.search(row)]
