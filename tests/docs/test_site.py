"""What stands on the pages can be trusted: it is executed, or a test looks at it, or it says why it cannot be."""

import json
import re
import shlex
from itertools import takewhile

import pytest
from ruamel.yaml import YAML

from docs import fences
from hpcph.config.commands import command_line
from hpcph.config.schema import Input

DATA = {"yaml", "json", "text", "bibtex"}
SHELL, EXCUSES = "bash", {"needs-cluster", "needs-install"}
LITERAL = {"parsed-literal", "prompt", "highlight", "code-cell"}  # other directives with code in them
BLOCKS = [block for page in fences.PAGES for block in fences.blocks(page)]
OF_SHELL = [block for block in BLOCKS if block.language == SHELL]
BETWEEN = {"|", ">", "&&", "||", ";", ";;"}  # commands of the shell
FILE = re.compile(r"(?<![\w/.-])((?:jobscripts|inputs|tests|docs|hpcph)/[\w./-]*\w)")


def refused(block: fences.Block) -> str:
    """Why a block may not stand on a page; empty where it may."""
    if block.directive == "code-cell":
        head = block.page.read_text(encoding="utf-8")[:200]
        return "" if "file_format: mystnb" in head else "its page is not executed: file_format: mystnb"
    if block.directive and block.directive not in fences.CODE:
        return "cannot be executed" if block.directive in LITERAL else ""
    if block.language in DATA:
        return ""
    if block.language == SHELL:
        return "" if len(block.classes & EXCUSES) == 1 else "shell that is not executed says what it needs"
    return f"is {block.language or 'without a language'}"


def test_blocks_are_executed_or_say_why_not():
    """Cells, data, or shell that needs a cluster or an installation."""
    assert len(BLOCKS) > 40 and len(OF_SHELL) > 10
    assert not [f"{block}: {why}" for block in BLOCKS if (why := refused(block))]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("```bash\nls\n```", "says what it needs"),
        ("```{code-block} bash\n:class: needs-install\nls\n```", ""),
        ("```{code-block} bash\n:class: said\nls\n```", "says what it needs"),
        ("```python\n1\n```", "is python"),
        ("```\n1\n```", "without a language"),
        ("```{code-cell}\n1\n```", "not executed"),
        (":::{note}\n```python\n1\n```\n:::", "is python"),
        ("````{note}\n```yaml\na: 1\n```\n````", ""),
        ("~~~console\n$ ls\n~~~", "is console"),
    ],
)
def test_the_rule_itself(tmp_path, monkeypatch, text, why):
    """A page with that block alone."""
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{text}\n", encoding="utf-8")
    found = [refused(block) for block in fences.blocks(page)]
    assert found and (any(why in one for one in found) if why else not any(found))


def test_inputs_are_good():
    """YAML with a section crystal is an input that the schema takes; all YAML and JSON can be read."""
    inputs = 0
    for block in [*BLOCKS, *fences.blocks(fences.ROOT / "README.md")]:
        if block.language == "json":
            json.loads(block.text)
        if block.language == "yaml":
            data = YAML(typ="safe").load(block.text)
            if isinstance(data, dict) and "crystal" in data:
                found = Input.model_validate(data)
                whole = len(data) > 1  # or that section alone
                assert not (whole and found.mistakes()), f"{block}: {found.mistakes()}"
                inputs += 1
    assert inputs


def test_commands_are_those_of_the_program():
    """Every command line of hpcph in a block of shell has a command and options that there are."""
    count = 0
    for block in OF_SHELL:
        for line in block.text.splitlines():
            words = list(takewhile(lambda word: word not in BETWEEN, shlex.split(line, comments=True)))
            places = [i for i, word in enumerate(words) if word in ("hpcph", ".venv/bin/hpcph")]
            if not places or places[-1] + 1 == len(words) or words[: places[-1]][-1:] == ["-t"]:
                continue  # none, or the name of a container
            given = words[places[-1] + 1 :]
            if given != ["--print-completion", "bash"]:
                command_line("hpcph").parse_args(given)
            count += 1
    assert count > 5


def test_no_page_is_a_stub():
    """Something is written, or listed, below every heading of a page."""

    def body(page):
        return re.sub(r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.S).strip()

    assert not [fences.name(page) for page in fences.PAGES if re.fullmatch(r"# .*", body(page))]


def test_every_page_is_in_a_table_of_contents():
    """The index of its folder."""
    for page in fences.PAGES:
        if page.name != "index.md":
            trees = [block.text for block in fences.blocks(page.with_name("index.md")) if block.directive == "toctree"]
            assert page.stem in "\n".join(trees).split(), fences.name(page)


def test_files_that_pages_name_are_there():
    """Of the repository, by their path in it."""
    told = {
        (fences.name(page), path)
        for page in (*fences.PAGES, fences.ROOT / "README.md", fences.ROOT / "CONTRIBUTING.md")
        for path in FILE.findall(page.read_text(encoding="utf-8"))
    }
    assert len(told) > 40
    assert not sorted((page, path) for page, path in told if not (fences.ROOT / path).exists() and "_build" not in path)


def test_pages_that_messages_name_are_there():
    """Of the program, its job scripts and inputs."""
    named = {
        (path.name, page)
        for folder in ("hpcph", "jobscripts", "inputs")
        for path in (fences.ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sh", ".slurm", ".ipynb", ".yaml")
        for page in re.findall(r"docs/[\w./]+\.md", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 3 and not [one for one in named if not (fences.ROOT / one[1]).is_file()]


def test_the_container_is_the_debian_that_is_tried():
    """Its packages are those of jobscripts/debian.sh, the certificates and Open MPI."""
    script = (fences.ROOT / "jobscripts/debian.sh").read_text(encoding="utf-8")
    openmpi = re.search(r'openmpi\) mpi="(.*?)"', script)[1]
    tried = re.search(r'packages="(.*?)"', script)[1].replace("$mpi", openmpi).split()
    file = (fences.ROOT / "jobscripts/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    installed = re.search(r"apt-get install (.*?)&&", file)[1].split()
    assert {word for word in installed if word[0] != "-"} == {*tried, "ca-certificates"}
