"""CITATION.cff, as GitHub and the Citation File Format 1.2.0 want it."""

import re

from ruamel.yaml import YAML

from docs import fences

CITATION = YAML(typ="safe").load((fences.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PAPERS = ("2603.25019", "2505.05313")


def is_author(author: dict) -> bool:
    """An entity has a name, a person names of both kinds; nobody has both."""
    return set(author) == {"name"} or {"family-names", "given-names"} <= set(author) <= {
        "family-names", "given-names", "orcid", "affiliation",
    }  # fmt: skip


def test_what_the_format_requires():
    """Keys of the program."""
    assert {"cff-version", "message", "title", "authors"} <= set(CITATION)
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
    assert CITATION["license"] == "BSD-3-Clause" and (fences.ROOT / "LICENSE").is_file()
    assert CITATION["authors"] and all(map(is_author, CITATION["authors"]))
    if "version" in CITATION or "date-released" in CITATION:  # of a release, both
        assert isinstance(CITATION["version"], str)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(CITATION["date-released"]))


def test_the_papers_are_articles():
    """Both, with persons, year, DOI and address; the README names them too."""
    articles = {reference["url"].rpartition("/")[2]: reference for reference in CITATION["references"]}
    assert tuple(articles) == PAPERS
    readme = (fences.ROOT / "README.md").read_text(encoding="utf-8")
    for number, article in articles.items():
        assert {"type", "title", "authors", "year", "doi", "url"} <= set(article) and article["type"] == "article"
        assert all(is_author(author) and "family-names" in author for author in article["authors"])
        assert article["doi"] == f"10.48550/arXiv.{number}" and re.fullmatch(r"10\.\d{4,9}/\S+", article["doi"])
        assert article["url"] == f"https://arxiv.org/abs/{number}" and isinstance(article["year"], int)
        assert article["url"] in readme and article["title"].partition(":")[0][:40] in readme
