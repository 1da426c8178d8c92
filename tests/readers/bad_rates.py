"""What readers say about rates that cannot be used."""

from readers.test_rates import read

from hpcph.errors import InputError

T = [100.0, 300.0]
GRID = (2, 2, 2)


def look(given) -> str:
    """The complaint."""
    of, lifetime, temperature = given
    try:
        read(of, temperature, **lifetime)
    except InputError as err:
        return str(err)
    return "accepted"


def require_one_line(kinds, texts):
    """Each complaint has the word of its kind, and names the key."""
    for (name, (*_, word)), text in zip(kinds.items(), texts, strict=True):
        assert word in text and "\n" not in text, (name, text)
        assert text.startswith("lifetime."), (name, text)
