"""The full result, its page and a browser, for all tests of the page."""

import pytest
from report import browser

from hpcph.report.page import write


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """result.h5 with every section."""
    return browser.compute(tmp_path_factory.mktemp("report"), browser.FULL)


@pytest.fixture(scope="session")
def written(path):
    """Its page."""
    return write(path, None)


@pytest.fixture(scope="session")
def text(written):
    """The page as text."""
    return written.read_text("utf-8")


@pytest.fixture(scope="session")
def chrome(tmp_path_factory):
    """A browser."""
    found = browser.start(tmp_path_factory.mktemp("browser") / "profile")
    yield found
    found.quit()
