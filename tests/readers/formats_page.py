"""docs/reference/formats.md: which files of other programs are read, off the rows that read them and kept by nobody.

make docs
"""

import made_pages

from hpcph.config.lifetime import LifetimesSection
from hpcph.readers.formats import FORMATS
from hpcph.readers.rate_files import PROGRAMS

PAGE = made_pages.DOCS / "reference/formats.md"


def keys(names: tuple[str, ...]) -> str:
    """Keys of the section crystal."""
    return ", ".join(f"`{name}`" for name in names)


def parts() -> dict[str, str]:
    """Tables of the formats of force constants and of the programs that give rates of modes."""
    constants = [(f"`{one.name}`", one.title, keys(one.needs), keys(one.takes)) for one in FORMATS]
    described = LifetimesSection.model_fields
    rates = [(f"`lifetime.{name}`", str(described[name].description)) for name in PROGRAMS]
    return {
        "formats": made_pages.table(
            ("`crystal.format`", "files", "keys that it needs", "and has a use for"), constants
        ),
        "rates": made_pages.table(("key", "files"), rates),
    }


if __name__ == "__main__":
    made_pages.fill(PAGE, parts())
