"""Density and highest frequency of a crystal: whether its file was read in the right units is seen from them."""

DENSITY = 300.0, 25_000.0  # kg m⁻³: from porous frameworks to osmium
FREQUENCY = 0.5, 150.0  # THz: from xenon to hydrogen


def first_lines(density: float, highest: float) -> list[str]:
    """One line with both, and a warning where one of them is of no solid.

    density : kg m⁻³; highest : ν in Hz
    """
    thz = highest / 1e12
    said = [f"density {density:.1f} kg m⁻³, highest frequency {thz:.3f} THz"]
    outside = [
        f"{name} {'below' if value < low else 'above'} {low if value < low else high:g} {unit}"
        for name, value, (low, high), unit in (
            ("density", density, DENSITY, "kg m⁻³"),
            ("highest frequency", thz, FREQUENCY, "THz"),
        )
        if not low <= value <= high
    ]
    what = "is that in the units of the file? crystal.calculator names the program that it comes from"
    return said + [f"warning: {' and '.join(outside)}; {what}"] * bool(outside)
