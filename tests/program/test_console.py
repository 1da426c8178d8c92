"""The command `hpcph` and what it is called by: usage, check without an input, schema, completion."""

import json
import os
import subprocess
import sys
from configparser import ConfigParser

import jsonschema
import pytest
from config.mistakes import GOOD, HEATED, text
from parallel import world

from hpcph.config.editor import NAME, schema
from hpcph.config.load import load

YAML = world.YAML(typ="safe", pure=True)
SCHEMA = world.ROOT / "inputs" / NAME
INPUTS = sorted((world.ROOT / "inputs").glob("*.yaml"))
FORMS = {  # what a user may write instead of the model's own form
    "temperature": ["300 K", "[100, 300 K]", "{from: 10 K, to: 400, step: 10 K}"],
    "feedback": ["{sample: {radius: 20 nm}}", "{sample: {shape: cuboid, edges: [1 um, 1 um, 2e-6]}}"],
    "axis": ["[1/3, 0, 1]"],
    "bands": ["{path: Γ-M-K|L-H}", "{path: [[{Γ: [0, 0, 0]}, {K: [1/3, 1/3, 0]}]]}", "{path: auto}"],
    "orbits": ["{q: [0, 0, 0.1]}", "{q: [1/3, 1/3, 0]}", "{q: [[0, 0, 0.1], [0, 0, 0]]}"],
    "optics": ["{frequency: {from: 1 THz, to: 100 cm^-1, points: 3}, lifetime: 1 ps, polarization: [1, 1j, 0]}"],
    "mesh": ["{accuracy: 1%}", "{accuracy: 0.01}", "{grid: [4, 4, 4], shift: [0, 0, 0.5]}"],
    "lifetime": ["1e-11", "{phono3py: k.hdf5, boundary: 1 um}"],
    "sample": [HEATED],
}
WRONG = [{"mehs": "{}"}, {"mesh": "{grid: [4, 4]}"}, {"modes": "1"}, {"lifetime": "[1]"}, {"feedback": "{}"}]


def console_script(folder) -> world.Path:
    """What an installation makes of the entry point of setup.cfg."""
    setup = ConfigParser()
    setup.read(world.ROOT / "setup.cfg")
    name, _, target = setup["options.entry_points"]["console_scripts"].strip().partition(" = ")
    module, _, function = target.partition(":")
    script = folder / name
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    script.chmod(0o755)
    return script


def called(*command) -> subprocess.CompletedProcess:
    """A program, with hpcph where Python finds it."""
    found = os.environ | world.LAUNCHING | {"PYTHONPATH": str(world.ROOT)}
    return subprocess.run([*map(str, command)], capture_output=True, text=True, env=found, cwd=world.ROOT)


def test_the_console_script_is_the_module(tmp_path):
    """The same commands, exit codes and words; usage lines say how the program was called."""
    script = console_script(tmp_path)
    assert script.name == "hpcph"
    for name, command in {"hpcph": [script], "python -m hpcph": [sys.executable, "-m", "hpcph"]}.items():
        done = called(*command, "plan")
        assert (
            done.returncode == 2 and done.stderr == f"hpcph: --ranks: is missing; {name} plan --help says what it is\n"
        )
        assert called(*command, "plan", "--help").stdout.startswith(f"usage: {name} plan [")
        done = called(*command, "check", "missing.yaml")
        assert done.returncode == 2 and done.stderr.startswith("hpcph: input = missing.yaml: cannot be read")


def test_check_without_an_input_looks_at_the_embedded_one():
    """As run does."""
    done = world.here("check")
    assert done.returncode == 0 and done.stdout.splitlines()[-1].endswith("inputs/quartz.yaml: good")


def test_the_schema_in_the_repository_is_the_model():
    """What `hpcph schema` prints; `make docs` writes it anew. A schema of JSON Schema."""
    done = world.here("schema")
    assert done.returncode == 0 and done.stdout == SCHEMA.read_text(encoding="utf-8"), "run `make docs`"
    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_inputs_name_it_and_obey_it(path):
    """In their first line, by a path from where they are."""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).samefile(SCHEMA)
    jsonschema.validate(YAML.load(rest), json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("key, form", [(key, form) for key, forms in FORMS.items() for form in forms])
def test_the_schema_knows_the_forms_that_are_read(tmp_path, key, form):
    """Text with units, single values, Jones vectors: an editor marks none of what an input may say."""
    given = text({key: form})
    load(world.write(tmp_path, given))
    jsonschema.validate(YAML.load(given), schema())


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_the_schema_knows_mistakes(changes):
    """Unknown keys, wrong kinds and numbers of values, what is missing."""
    jsonschema.validate(YAML.load(text({})), schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(YAML.load(text(changes)), schema())
    assert set(GOOD) <= set(schema()["properties"])


def test_completion_knows_commands_options_and_files(tmp_path):
    """The script that a shell sources completes them; asked in bash itself."""
    done = world.command(0, "--print-completion", "bash")
    assert done.returncode == 0, done.stderr
    (tmp_path / "hpcph.bash").write_text(done.stdout)
    (tmp_path / "mine.yaml").touch()
    words = 'cd "$1"; . ./hpcph.bash; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))'
    ask = f'{words}; _shtab_hpcph; echo "${{COMPREPLY[@]}}"'

    def completed(*words: str) -> list[str]:
        return called("bash", "-c", ask, "bash", tmp_path, *words).stdout.split()

    assert completed("hpcph", "sch") == ["schema"]
    assert completed("hpcph", "run", "--over") == ["--overwrite"]
    assert "mine.yaml" in completed("hpcph", "run", "mi")
