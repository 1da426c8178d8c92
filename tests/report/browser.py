"""A headless Chromium without network, and a small result with every section to look at."""

import re
import shutil
import time
from pathlib import Path

import pytest
import solvers
from parallel import world

TITLE = "<script>document.title = 'broken'</script> quartz & </title>"
FULL = {
    "title": TITLE,
    "temperature": ["100 K", "290 K", "300 K"],
    "feedback": {
        "sample": {"radius": ["18 nm", "20 nm", "30 nm"]},
        "calibrate": {"gamma_ll": 0.8, "temperature": "290 K", "radius": "20 nm"},
    },
    "modes": False,
    "field": {"magnetic": "9 T"},
    "bands": {"path": [[{"Γ": [0, 0, 0]}, {"A": [0, 0, 0.5]}]], "points": 9},
    "orbits": {"q": [[0, 0, 0.091]]},
    "slices": {"temperature": "300 K", "planes": [0, 0.25, 0.5], "grid": [13, 13]},
    "spectrum": {"temperature": ["300 K"]},
    "sample": {
        "radius": "20 nm",
        "height": "60 nm",
        "cells": [6, 8],
        "laser": {"power": "20 uW", "spot": "12 nm"},
        "bottom": {"temperature": "200 K"},
    },
}
EMPTY: dict = {name: world.DROP for name in ("feedback", "bands", "orbits", "slices", "spectrum", "optics")}
EMPTY |= {"modes": False, "magnetization": False}
ODD = {  # one temperature, screening, another axis, modes at single wave vectors alone
    "axis": [1, 0, 0],
    "temperature": ["200 K"],
    "feedback": {"sample": {"radius": ["20 nm"]}, "coupling": "antiparallel", "scale": 1e7},
    "bands": world.DROP,
    "slices": world.DROP,
    "orbits": {"q": [[0.1, 0, 0], [0, 0, 0.091]]},
    "modes": False,
}
CHAIN = {  # a model under light: its own units, nothing thermal
    "title": "chain",
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"-Z": [0, 0, -0.5]}, {"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 9},
    "optics": {
        "frequency": {"from": 0.5, "to": 3.5, "points": 301},
        "lifetime": 20,
        "polarization": ["x", "circular +z"],
    },
}
LIGHT = {  # a crystal under light, nothing thermal
    name: world.DROP
    for name in ("mesh", "temperature", "lifetime", "gradient", "feedback", "bands", "orbits", "slices", "spectrum")
} | {
    "modes": False,
    "optics": {"frequency": {"from": "2 THz", "to": "36 THz", "points": 171}, "lifetime": "1 ps"},
}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader", "--window-size=1400,1000",
)  # fmt: skip


def compute(folder: Path, changes: dict) -> Path:
    """result.h5 of the small quartz with other sections."""
    return world.result(folder, world.quartz(**solvers.possible(changes)))


def start(profile: Path):
    """A browser with an empty profile, which logs its console and its requests."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium and chromedriver are not installed; jobscripts/install_browser.sh")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def visit(chrome, page: Path) -> None:
    """Open a page and wait until all its figures are drawn."""
    chrome.get(page.as_uri())
    wait(chrome, "return document.body.dataset.ready === 'true'", 120)


def errors(chrome) -> list:
    """What the console has got since it was last asked."""
    return [entry for entry in chrome.get_log("browser") if entry["level"] == "SEVERE"]


def wait(chrome, script: str, seconds: float = 15) -> None:
    """Until a script returns true."""
    end = time.monotonic() + seconds
    while not chrome.execute_script(script):
        assert time.monotonic() < end, f"never true: {script}; {chrome.get_log('browser')}"
        time.sleep(0.05)


def values(text: str, units: str) -> list[float]:
    """Numbers before one of the units in a line of text, such as −6.5 × 10⁻⁹ J s m⁻³."""
    upper = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    found = re.findall(rf"= (\S+)(?: × 10(\S+))? (?:{units})", text)
    return [float(f"{number}e{power or 0}".translate(upper)) for number, power in found]


def put(chrome, name: str, value, event: str = "input") -> None:
    """What a hand at a slider or a list does."""
    chrome.execute_script(
        "const [id, value, event] = arguments, e = document.getElementById(id);"
        "e.value = value; e.dispatchEvent(new Event(event))",
        name, value, event,
    )  # fmt: skip


def place(chrome, plot: str, x: float, y: float) -> tuple[int, int]:
    """Pixel in the window of a point (axis units; log10 on logarithmic axes) of a plot, scrolled into view."""
    found = chrome.execute_script(
        """const [name, x, y] = arguments, gd = document.getElementById("plot-" + name);
        const { xaxis, yaxis } = gd._fullLayout;
        gd.scrollIntoView({ block: "center" });
        const box = gd.getBoundingClientRect();
        return [box.left + xaxis._offset + xaxis.l2p(x), box.top + yaxis._offset + yaxis.l2p(y)];""",
        plot, x, y,
    )  # fmt: skip
    return round(found[0]), round(found[1])


def point(chrome, pixel: tuple[int, int], click: bool) -> None:
    """Move the mouse there, and press it."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    actions = ActionBuilder(chrome)
    actions.pointer_action.move_to_location(pixel[0] - 3, pixel[1] - 3).pause(0.1).move_to_location(*pixel).pause(0.2)
    if click:
        actions.pointer_action.click()
    actions.perform()
