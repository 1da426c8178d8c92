"""A browser at the page of a small survey; files of crystals to be found."""

import pytest
from report import browser
from survey import folders, pages, tables

from hpcph.survey import page


@pytest.fixture(scope="session")
def chrome(tmp_path_factory):
    """A browser that saves what is downloaded."""
    found = browser.start(tmp_path_factory.mktemp("browser") / "profile")
    yield found
    found.quit()


@pytest.fixture(scope="session")
def table():
    """A survey of a few crystals, all kinds of rows among them."""
    found = tables.table(pages.COUNT, seed=5)
    assert set(found.values["status"]) == {"done", "partial", "failed"}
    return found


@pytest.fixture(scope="session")
def written(chrome, table, tmp_path_factory):
    """Its page."""
    return page.write(table, tmp_path_factory.mktemp("survey") / "survey.html")


@pytest.fixture
def opened(chrome, written):
    """The browser at this page as it is when nobody has chosen anything."""
    if chrome.current_url.startswith(written.as_uri()):
        chrome.execute_script("document.getElementById('reset').click()")
    else:
        pages.open_page(chrome, written)
    return chrome


@pytest.fixture
def whole(opened, table):
    """The browser at this page with all columns."""
    fragment = "columns=" + ",".join(c.name for c in table.columns)
    opened.execute_script("location.hash = arguments[0]", fragment)
    browser.wait(opened, f"return document.querySelectorAll('#grid thead th').length === {len(table.columns)}")
    return opened


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Every file of two crystals."""
    return folders.crystals(tmp_path_factory.mktemp("crystals"))
