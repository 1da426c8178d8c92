"""Entries of the cache are whole, of the user, and never in the way."""

import os

import pytest

from hpcph.disk import cache


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_kept_comes_back(place):
    """By its key, and nothing by another; the folder is the user's alone."""
    assert cache.get("a") is None
    cache.put("a", b"numbers\nof a crystal")
    assert cache.get("a") == b"numbers\nof a crystal" and cache.get("b") is None
    assert place.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in place.iterdir()] == ["a"]


@pytest.mark.parametrize(
    "hurt", [lambda d: d[:-1], lambda d: d[:20], lambda d: b"", lambda d: d.replace(b"n", b"m", 1)]
)
def test_damage_is_no_entry(place, hurt):
    """A file that is cut off or changed is not believed."""
    cache.put("a", b"numbers" * 100)
    (place / "a").write_bytes(hurt((place / "a").read_bytes()))
    assert cache.get("a") is None
    cache.put("a", b"again")
    assert cache.get("a") == b"again"


def test_links_and_pipes_are_no_entries(place, tmp_path):
    """Nothing is followed, and nothing waits."""
    cache.put("a", b"numbers")
    (place / "link").symlink_to(place / "a")
    os.mkfifo(place / "pipe")
    (place / "folder").mkdir()
    assert [cache.get(name) for name in ("link", "pipe", "folder")] == [None] * 3


@pytest.mark.parametrize("value", cache.OFF)
def test_it_can_be_off(tmp_path, monkeypatch, value):
    """An empty name and `off` keep nothing, nor make a folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.VARIABLE, value)
    cache.put("a", b"numbers")
    assert cache.get("a") is None and not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_no_trouble(tmp_path, monkeypatch):
    """A file in the place of the folder: nothing is kept and nothing is said."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file"))
    cache.put("a", b"numbers")
    assert cache.get("a") is None


def test_the_oldest_make_room(place, monkeypatch):
    """What was used last stays; an entry that is larger than all room is not kept."""
    monkeypatch.setattr(cache, "MOST", 1400)
    for number, name in enumerate("abc"):
        cache.put(name, bytes(300))
        os.utime(place / name, (number, number))
    assert cache.get("a") is not None  # and is young again
    cache.put("d", bytes(300))
    assert [cache.get(name) is not None for name in "abcd"] == [True, False, True, True]
    monkeypatch.setattr(cache, "LARGEST", 100)
    cache.put("e", bytes(300))
    assert not (place / "e").exists()
