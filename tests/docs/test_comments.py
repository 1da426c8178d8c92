"""No sentence of a page is taken for a comment."""

from docs import fences


def test_no_line_of_text_begins_with_a_percent_sign():
    """MyST leaves such a line out, as it would `% of the mesh` after a number at the end of the line before."""
    lost = [
        f"{fences.name(page)}: {line}"
        for page in fences.PAGES
        for line in outside(page.read_text(encoding="utf-8"))
        if line.lstrip().startswith("%")
    ]
    assert not lost


def outside(text: str) -> list[str]:
    """Lines that are in no block with a fence."""
    lines, inside = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            lines.append(line)
    return lines
