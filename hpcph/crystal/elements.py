"""Species and their elements: Fe1 and Fe2 are iron, D is hydrogen, Xx is nothing that is known.

Programs tell species of one element apart by a label behind its symbol: Fe1 (phonopy, VASP), Fe_up, Fe-a (Quantum
ESPRESSO). A label decides no picture; names of species stand wherever species are told apart, in the symmetry too.
"""

import re

NONE = "X"  # what formats and pictures call an atom that is no element
SYMBOLS = (
    NONE, *"""
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo
    Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl
    Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
    """.split(),
)  # fmt: skip
NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}
ISOTOPES = {"D": "H", "T": "H"}
LABELLED = re.compile(r"([A-Z][a-z]*)(?![A-Za-z])")  # a symbol, and no second one as in GeSn


def element(species: str) -> str:
    """The symbol before the label of a species; X where it is that of no element."""
    found = LABELLED.match(species)
    symbol = ISOTOPES.get(found[1], found[1]) if found else NONE
    return symbol if symbol in NUMBERS else NONE


def kind(species: str) -> str:
    """What makes atoms alike: the element, or the species itself where it is none."""
    found = element(species)
    return species if found == NONE else found
