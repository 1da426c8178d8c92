"""Tables of surveys that were never run: numbers of the sizes, signs, gaps and errors of real ones."""

import numpy as np

from hpcph.survey.table import Column, ColumnKind, SurveyTable

ELEMENTS = ("Li", "O", "Si", "P", "S", "Ti", "Zn", "Ge", "Se", "Te", "Ag", "Hg", "Bi", "N", "Ga", "Na")
GROUPS = (  # symbol, number, system, only proper operations
    ("P3_121", 152, "trigonal", True), ("P3_221", 154, "trigonal", True), ("P2_12_12_1", 19, "orthorhombic", True),
    ("I23", 197, "cubic", True), ("P2_13", 198, "cubic", True), ("P6_3mc", 186, "hexagonal", False),
    ("Pnma", 62, "orthorhombic", False), ("I-42d", 122, "tetragonal", False), ("F-43m", 216, "cubic", False),
)  # fmt: skip
REASONS = (
    'crystal.force_constants = "FORCE_SETS": is cut off after 20 of 48 atoms; copy it again',
    "mesh: 12 of 9000 modes are imaginary, down to 1.2i THz; relax the structure, or allow_unstable: true",
    "no file of force constants is among POSCAR, README; name one",
)
PARTIAL = "no Born charges: optics and magnetization are left out"
SI = "J s m-2 K-1"


def column(name: str, kind: ColumnKind, unit="1", symbol="", description="", errors=False) -> Column:
    return Column(name, kind, unit, symbol, description or name.replace("_", " ").capitalize(), errors)


TEXTS = ("name", "status", "formula", "space_group", "crystal_system", "reason", "place", "fingerprint")
COLUMNS = (
    *(column(name, ColumnKind.TEXT) for name in TEXTS),
    column("sohncke", ColumnKind.FLAG, description="Are all operations of the group proper?"),
    column("polar", ColumnKind.FLAG, description="Does the point group leave a direction alone?"),
    column("space_group_number", ColumnKind.COUNT),
    column("atoms", ColumnKind.COUNT, description="Atoms of the primitive cell"),
    column("volume", ColumnKind.NUMBER, "m3", "V", "Volume of the primitive cell"),
    column("gamma_nl_norm", ColumnKind.NUMBER, SI, "|γ^NL|", "Largest singular value of γ^NL", True),
    column("gamma_nl_axis", ColumnKind.NUMBER, SI, "γ^NL_zz", "γ^NL along the axis", True),
    column("chi_trace", ColumnKind.NUMBER, "J s2 m-3", r"\chi", "Mean of the diagonal of χ", True),
    column("kappa", ColumnKind.NUMBER, "W m-1 K-1", "κ", "Mean of the diagonal of κ", True),
    column(
        "critical_radius", ColumnKind.NUMBER, "m", "r_c", "Radius below which feedback has no linear response", True
    ),
    column("largest_moment", ColumnKind.NUMBER, "J T-1", "µ_max", "Largest moment of a mode on the path"),
    column("seconds", ColumnKind.NUMBER, "s", "", "Wall time"),
)
MORE = tuple(
    column(f"gamma_nl_{i}{j}", ColumnKind.NUMBER, SI, f"γ^NL_{i}{j}", f"γ^NL, component {i}{j}", True)
    for i in "xyz"
    for j in "xyz"
) + tuple(column(f"peak_{k}", ColumnKind.NUMBER, "J s m V-2", f"χ^(2)_{k}", f"Peak {k} under light") for k in range(28))


def table(count: int, columns: tuple[Column, ...] = COLUMNS, seed: int = 3) -> SurveyTable:
    """A survey of so many crystals: one in twenty failed, half of them with a structure; one in seven without Born
    charges.
    """
    random = np.random.default_rng(seed)
    status = random.choice(["done", "partial", "failed"], count, p=[0.8, 0.15, 0.05])
    failed, group = status == "failed", random.integers(len(GROUPS), size=count)
    known = ~failed | (np.cumsum(failed) % 2 == 0)
    chosen = random.choice(ELEMENTS, (count, 2))
    formula = np.where(
        known, [f"{a}{n}{b}" for (a, b), n in zip(chosen, random.integers(2, 9, count), strict=True)], ""
    )
    sohncke = np.array([GROUPS[g][3] for g in group], dtype=bool).reshape(count)
    words = {
        "name": np.array([f"mp-{i:05d}-{f.lower() or 'unknown'}" for i, f in enumerate(formula)]),
        "status": status,
        "formula": formula,
        "space_group": np.where(known, [f"{GROUPS[g][0]} ({GROUPS[g][1]})" for g in group], ""),
        "crystal_system": np.where(known, [GROUPS[g][2] for g in group], ""),
        "reason": np.where(failed, random.choice(REASONS, count), np.where(status == "partial", PARTIAL, "")),
        "place": np.array([f"phonondb/{i:05d}" for i in range(count)]),
        "fingerprint": np.array([random.bytes(32).hex() for _ in range(count)]),
    }
    values = {name: words[name] if count else np.array([], dtype=str) for name in words}
    values |= {"sohncke": sohncke & known, "polar": (group == 5) & known}
    values |= {"space_group_number": np.array([float(GROUPS[g][1]) for g in group])}
    values |= {"atoms": random.integers(2, 40, count).astype(float)}
    for of in columns:
        if of.kind is ColumnKind.NUMBER:
            values |= numbers(of, random, sohncke)
    for of in columns:
        if of.kind in (ColumnKind.NUMBER, ColumnKind.COUNT):
            for name in (of.name, f"{of.name}_error", f"{of.name}_lattice_error"):
                if name in values:
                    values[name] = np.where(failed, np.nan, values[name])
    return SurveyTable("Chiral crystals", 300.0, columns, values)


SIZES = {
    SI: 1e-17, "m3": 1e-28, "J s2 m-3": 1e-25, "W m-1 K-1": 4.0, "m": 2e-8, "J T-1": 1e-29, "s": 60.0,
    "J s m V-2": 1e-30,
}  # fmt: skip
READ = {"m": 1e9, "m3": 1e30, "Hz": 1e-12}  # what people read: nm, Å³, THz
POSITIVE = ("|", "V", "κ", "r", "µ")


def numbers(of: Column, random: np.random.Generator, sohncke: np.ndarray) -> dict[str, np.ndarray]:
    """Values over decades, with errors of some percent, 0 where symmetry forbids γ^NL, some errors unknown."""
    count = len(sohncke)
    value = SIZES[of.unit] * np.exp(1.2 * random.standard_normal(count))
    value *= 1 if of.symbol.startswith(POSITIVE) or of.unit == "s" else random.choice([-1, 1], count)
    if of.unit == SI:
        value = np.where(sohncke, value, 0.0)
    if of.unit == "J s m V-2":
        value = np.where(random.random(count) < 0.3, np.nan, value)
    found = {of.name: value}
    if of.errors:
        found[f"{of.name}_error"] = np.abs(value) * 0.02 * np.exp(random.standard_normal(count))
        lattice = np.abs(value) * 0.05 * np.exp(random.standard_normal(count))
        found[f"{of.name}_lattice_error"] = np.where(random.random(count) < 0.1, np.nan, lattice)
    return found
