"""How soon a page answers: what is in sight is drawn and its controls work while the rest is still to come."""

import pytest
from report import browser

from hpcph.report.page import write

SOON = 3000  # ms
LARGE = {  # the shipped example's path, planes and spectra
    "title": "quartz",
    "bands": {"path": "auto", "points": 101},
    "slices": {"temperature": "300 K", "planes": [0, 0.125, 0.25, 0.375, 0.5], "grid": [61, 61]},
    "temperature": {"from": "10 K", "to": "400 K", "step": "10 K"},
    "spectrum": {"temperature": ["100 K", "300 K"]},
    "modes": False,
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The page of a large result."""
    return write(browser.compute(tmp_path_factory.mktemp("large"), LARGE), None)


def test_it_is_interactive_within_three_seconds(chrome, large):
    """The better of two visits; the sliders of the first figure work by then, and all others are drawn later."""
    assert large.stat().st_size > 6e6
    times = []
    for _ in range(2):
        browser.visit(chrome, large)
        times.append(
            chrome.execute_script(
                "return [performance.getEntriesByName('interactive')[0].startTime,"
                "document.getElementById('diagram-readout').textContent.length]"
            )
        )
    assert min(time for time, _ in times) < SOON and all(length > 20 for _, length in times)
    assert browser.errors(chrome) == []


def test_the_section_that_is_looked_at_comes_first(chrome, large):
    """Of an address with the name of a section; the page answers there, whatever stands before it."""
    chrome.get("about:blank")
    chrome.get(large.as_uri() + "#magnetization")
    browser.wait(chrome, "return document.body.dataset.ready === 'true'", 120)
    first = "return performance.getEntriesByType('mark').find(({ name }) => name.startsWith('drawn')).name"
    assert chrome.execute_script(first) == "drawn magnetization"
