"""The README: short, with a picture, and what it shows runs and prints what it says."""

import os
import re
import shutil
import subprocess
import sys

import hpcph
from docs import fences

README = fences.ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
PICTURE = "docs/_static/picture.png"
MOST = 120  # lines
LARGEST = 250_000  # bytes of the picture


def block(language: str) -> str:
    """What is in that language."""
    return "\n".join(block.text for block in fences.blocks(README) if block.language == language)


def test_it_is_short():
    """Five lines of Python and of YAML, the two commands; the rest is on the site."""
    assert len(TEXT.splitlines()) <= MOST
    assert len(block("python").splitlines()) == len(block("yaml").splitlines()) == 5
    makefile = (fences.ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)", block("bash"), re.M)
    assert len(commands) == 2 and all(f"\n{command}:" in makefile for command in commands)


def test_its_picture_is_that_of_the_front_page():
    """Written by docs/picture.py, a PNG that loads fast."""
    front = (fences.DOCS / "index.md").read_text(encoding="utf-8")
    assert f"]({PICTURE})" in TEXT and PICTURE.removeprefix("docs/") in front
    data = (fences.ROOT / PICTURE).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and 20_000 < len(data) <= LARGEST


def test_its_links_lead_somewhere():
    """Into the repository; others are of papers."""
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 20
    own = [link for link in links if not link.startswith("https://arxiv.org/abs/")]
    assert not [link for link in own if not (fences.ROOT / link).exists()]


def test_its_python_and_yaml_give_its_result(tmp_path):
    """Run as they stand, beside the embedded force constants: the lines of its result are printed, errors and all."""
    shutil.copy(hpcph.embedded().parent / "quartz/phonopy_params.yaml.xz", tmp_path)
    (tmp_path / "quartz.yaml").write_text(block("yaml"), encoding="utf-8")
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(fences.ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", block("python")], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    shown = [line for line in block("text").splitlines() if line.strip()]
    assert len(shown) >= 3 and not [line for line in shown if line not in done.stdout], done.stdout
