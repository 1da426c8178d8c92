"""Responses to a gradient, with feedback and without, as a result holds them; tensors have rows of their own.

A constant has the name of the quantity in an opened result: FEEDBACK_RADIUS is `feedback_radius`.
"""

from hpcph.result.quantity import Kind, Quantity

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
T, R, M_R = "/temperature", "/feedback/radius", "/magnetization/radius"
S, W, L, M = "/spectrum/at_temperature", "/spectrum/spectral_frequency", "cartesian_l", "cartesian_m"
FLOW, CHI = "J s m-2 K-1", "J s2 m-3"

TEMPERATURE = Quantity(T, (T,), "K", "temperature", RISING, section="/thermal")

THERMAL_PAM_DENSITY = Quantity(
    "/thermal/pam_density", (T, L), "J s m-3", "angular momentum per volume, without feedback", optional=True,
    errors=True, solved=True, symbol="ℓ", density=True,
)  # fmt: skip
FEEDBACK_RADIUS = Quantity(R, (R,), "m", "radius of the sample; of a cuboid, of the cylinder of equal I/M", POSITIVE)
FEEDBACK_GAMMA_LL_DIAGONAL = Quantity(
    "/feedback/gamma_ll/diagonal",
    (T, R),
    "1",
    "γ^LL along the axis, diagonal part, scaled",
    errors=True,
    symbol="γ^LL",
    closing=True,
)
FEEDBACK_GAMMA_LL_OFF_DIAGONAL = Quantity(
    "/feedback/gamma_ll/off_diagonal",
    (T, R),
    "1",
    "γ^LL along the axis, off-diagonal part, scaled",
    errors=True,
    closing=True,
)
FEEDBACK_GAMMA_LL_TOTAL = Quantity(
    "/feedback/gamma_ll/total", (T, R), "1", "γ^LL along the axis, scaled", errors=True, symbol="γ^LL", closing=True
)
FEEDBACK_GAMMA_LL = {
    "total": FEEDBACK_GAMMA_LL_TOTAL,
    "diagonal": FEEDBACK_GAMMA_LL_DIAGONAL,
    "off_diagonal": FEEDBACK_GAMMA_LL_OFF_DIAGONAL,
}
FEEDBACK_GAMMA_LL_UNSCALED = Quantity(
    "/feedback/gamma_ll/unscaled", (T, R), "1", "γ^LL along the axis, first principles", closing=True
)
FEEDBACK_AMPLIFICATION = Quantity(
    "/feedback/amplification",
    (T, R),
    "1",
    "amplification η along the axis; n·⟨L⟩/n·⟨L⟩⁰, 1/(1 − γ^LL) where Γ keeps it, NaN where supercritical",
    NUMBER,
    errors=True,
    symbol="η",
    closing=True,
)
FEEDBACK_LENGTH_AMPLIFICATION = Quantity(
    "/feedback/length_amplification", (T, R), "1",
    "|⟨L⟩|/|⟨L⟩⁰| of a gradient along the axis; NaN where supercritical", NUMBER, optional=True, errors=True,
    closing=True,
)  # fmt: skip
FEEDBACK_EIGENVALUE = Quantity(
    "/feedback/eigenvalue", (T, R), "1",
    "largest eigenvalue of Γ, scaled; 0 where none is positive, 1 at the threshold",
    optional=True, errors=True, symbol="λ", closing=True,
)  # fmt: skip
FEEDBACK_INVERSE_INERTIA = Quantity(
    "/feedback/inverse_inertia", (R, "cartesian_rotation", L), "m kg-1", "V_sample I⁻¹; Γ = ± scale χ V_sample I⁻¹",
    optional=True,
)  # fmt: skip
FEEDBACK_CRITICAL_RADIUS = Quantity(
    "/feedback/critical_radius",
    (T,),
    "m",
    "radius below which the linear response has no solution",
    NUMBER,
    closing=True,
)
FEEDBACK_SUSCEPTIBILITY_BOUND = Quantity(
    "/feedback/susceptibility/bound", (T, L, "cartesian_l2"), CHI,
    "moment of inertia of the atoms' clouds per volume; χ along an axis is never more, and this much classically",
    optional=True, errors=True, symbol="χ^max", density=True,
)  # fmt: skip
FEEDBACK_AMPLITUDE = Quantity(
    "/feedback/amplitude", (T,), "m",
    "√⟨u_⊥²⟩ of the atoms across the axis; by mass, r_c of a cylinder, unscaled, is at most √2 times that",
    optional=True, errors=True, symbol="u", closing=True,
)  # fmt: skip
FEEDBACK_PAM_DENSITY = Quantity(
    "/feedback/pam_density", (T, R, L), "J s m-3",
    "angular momentum per volume, with feedback; NaN where supercritical",
    NUMBER,
    optional=True, errors=True, solved=True, solved_errors=True, density=True,
)  # fmt: skip

MAGNETIZATION_RADIUS = Quantity(
    M_R, (M_R,), "m", "radius of the sample; that of /feedback/radius", POSITIVE, optional=True
)
MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK = Quantity(
    "/magnetization/density_without_feedback", (T, M), "A m-1", "magnetization, without feedback",
    optional=True, errors=True, solved=True, symbol="M", closing=True, density=True,
)  # fmt: skip
MAGNETIZATION_FIELD_WITHOUT_FEEDBACK = Quantity(
    "/magnetization/field_without_feedback", (T, M), "T", "μ₀ times magnetization, without feedback",
    optional=True, errors=True, solved=True, symbol="B", closing=True,
)  # fmt: skip
MAGNETIZATION_DENSITY = Quantity(
    "/magnetization/density", (T, M_R, M), "A m-1", "magnetization, with feedback; NaN where supercritical", NUMBER,
    optional=True, errors=True, solved=True, solved_errors=True, closing=True, density=True,
)  # fmt: skip
MAGNETIZATION_FIELD = Quantity(
    "/magnetization/field", (T, M_R, M), "T", "μ₀ times magnetization, with feedback; NaN where supercritical", NUMBER,
    optional=True, errors=True, solved=True, solved_errors=True, closing=True,
)  # fmt: skip

CONVERGENCE_POINTS = Quantity("/convergence/points", ("mesh",), "1", "k-points of the full mesh", POSITIVE)
CONVERGENCE_GRID = Quantity("/convergence/grid", ("mesh", "reciprocal"), "1", "divisions of the mesh", POSITIVE)
SHARES = {  # what convergence and spectra show along the axis: symbol, unit, does it take a lifetime, has it no scale
    "gamma_nl": ("γ^NL", FLOW, True, ""),
    "diagonal": ("χ^D", CHI, False, ", unscaled"),
    "off_diagonal": ("χ^OD", CHI, False, ", unscaled"),
}
CONVERGENCE = {
    name: Quantity(
        f"/convergence/{name}",
        ("mesh", T),
        unit,
        f"{symbol} along the axis{scale}",
        optional=timed,
        symbol=symbol,
        density=True,
    )
    for name, (symbol, unit, timed, scale) in SHARES.items()
}

HELICITY_PER_CELL = Quantity(
    "/helicity/per_cell", (T,), "ħ",
    "helicity of a primitive cell; trace of /helicity/density, Σ l·k̂ f, a pseudoscalar",
    optional=True, errors=True, symbol="h", closing=True,
)  # fmt: skip
SPECTRUM_SPECTRAL_FREQUENCY = Quantity(W, (W,), "Hz", "middles of the intervals of ν", RISING)
SPECTRUM_AT_TEMPERATURE = Quantity(S, (S,), "K", "temperatures of the spectra", POSITIVE)
SPECTRAL = {  # what is divided, symbol, unit, are there spectra without it
    **{name: (f"{symbol} along the axis", symbol, unit, timed) for name, (symbol, unit, timed, _) in SHARES.items()},
    "helicity": ("the helicity Σ ħ l·k̂ f per volume", "h", "J s m-3", True),
}
SPECTRUM = {
    name: Quantity(
        f"/spectrum/{name}",
        (S, W),
        f"{unit} Hz-1",
        f"share of {what} per frequency ν",
        optional=left,
        symbol=symbol,
        density=True,
    )
    for name, (what, symbol, unit, left) in SPECTRAL.items()
}
SPECTRUM_BY_BRANCH = {
    name: Quantity(
        f"/spectrum/{name}_by_branch",
        (S, "branch"),
        unit,
        f"share of {what} by branch",
        optional=left,
        symbol=symbol,
        density=True,
    )
    for name, (what, symbol, unit, left) in SPECTRAL.items()
}
