"""The colours of figures, page and survey, which the colour-blind can tell apart."""

import numpy as np

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK = OKABE_ITO = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
)  # fmt: skip
TOTAL, DIAGONAL, OFF_DIAGONAL = BLACK, BLUE, VERMILION  # of the susceptibility
POSITIVE, NEGATIVE = VERMILION, BLUE

HUES = (np.radians(250), np.radians(45))  # of both signs, blue and vermilion
STOPS = 5  # of each sign
OF_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
OF_LAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)


def _rgb(lightness: float, chroma: float, hue: float) -> np.ndarray:
    """sRGB (3,) of a colour in Oklab's cylindrical coordinates, below 0 or above 1 where there is no such colour.

    B. Ottosson, A perceptual color space for image processing (2020).
    """
    lab = np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
    linear = OF_LMS @ (OF_LAB @ lab) ** 3
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.abs(linear) ** (1 / 2.4) - 0.055)


def _signed(middle: float, end: float, chroma: float) -> list[str]:
    """Even steps from blue through a grey to vermilion: lightness and chroma are linear in the value."""
    shares = np.linspace(0, 1, STOPS)
    arms = [[(middle + share * (end - middle), share * chroma, hue) for share in shares] for hue in HUES]
    colours = np.array([_rgb(*colour) for colour in (*arms[0][:0:-1], *arms[1])])
    assert colours.min() > -0.01 and colours.max() < 1.01, "no colour of a screen"
    return ["#" + "".join(f"{part:02x}" for part in row) for row in np.rint(255 * np.clip(colours, 0, 1)).astype(int)]


SIGNED = _signed(0.38, 0.66, 0.14)  # of lines on white paper: zero is dark
SIGNED_DARK = _signed(0.54, 0.82, 0.09)  # of lines on the dark page
SIGNED_AREA = _signed(0.96, 0.48, 0.12)  # of areas: zero is nearly white
SEQUENTIAL = "cividis"
