"""A finite sample, as a result holds it.

A constant has the name of the quantity in an opened result: SAMPLE_PAM is `sample_pam`.
"""

from hpcph.result.quantity import Kind, Quantity

FINITE, NUMBER = Kind.FINITE, Kind.NUMBER
X, Y, Z = "/sample/x", "/sample/y", "/sample/z"
NODES, VECTOR = (Z, Y, X), "cartesian_sample"
V = (VECTOR,)
TRIAL, STRAY = "/sample/trial_power", "/sample/stray_z"

SAMPLE_X = Quantity(X, (X,), "m", "across the axis, from the middle; of a cylinder the radius")
SAMPLE_Y = Quantity(Y, (Y,), "m", "across the axis, from the middle; of a cylinder 0")
SAMPLE_Z = Quantity(Z, (Z,), "m", "along the axis, from the bottom")
SAMPLE_FRAME = Quantity("/sample/frame", (VECTOR, "cartesian"), "1", "rows: the sample's x, y, z")

SAMPLE_TEMPERATURE_FIELD = Quantity("/sample/temperature_field", NODES, "K", "temperature")
SAMPLE_PAM_DENSITY = Quantity(
    "/sample/pam_density", (*NODES, VECTOR), "J s m-3",
    "angular momentum per volume, with feedback, NaN where supercritical; sample's frame", NUMBER,
)  # fmt: skip
SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK = Quantity(
    "/sample/pam_density_without_feedback", (*NODES, VECTOR), "J s m-3",
    "angular momentum per volume, without feedback; sample's frame",
)  # fmt: skip
SAMPLE_MAGNETIZATION = Quantity(
    "/sample/magnetization", (*NODES, VECTOR), "A m-1",
    "magnetization, with feedback, NaN where supercritical; sample's frame", NUMBER, optional=True,
)  # fmt: skip
SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK = Quantity(
    "/sample/magnetization_without_feedback", (*NODES, VECTOR), "A m-1",
    "magnetization, without feedback; sample's frame", optional=True,
)  # fmt: skip

SAMPLE_PAM_WITHOUT_FEEDBACK = Quantity("/sample/pam_without_feedback", V, "J s", "∫ γ^NL ∇T dV", errors=True)
SAMPLE_PAM = Quantity("/sample/pam", V, "J s", "total angular momentum with feedback", NUMBER, errors=True)
SAMPLE_ROTATION = Quantity(
    "/sample/rotation", V, "rad s-1", "−I⁻¹ L: what the free sample takes up in turn", NUMBER, errors=True
)
SAMPLE_TORQUE = Quantity(
    "/sample/torque", V, "N m", "factor of sin 2πft in −dL/dt where the power is ½P(1 + cos 2πft)", NUMBER, errors=True
)
SAMPLE_GAMMA_LL_DIAGONAL = Quantity(
    "/sample/gamma_ll_diagonal", (), "1", "γ^LL of the mean χ^D, along the axis, scaled", errors=True
)
SAMPLE_GAMMA_LL_OFF_DIAGONAL = Quantity("/sample/gamma_ll_off_diagonal", (), "1", "the same of χ^OD", errors=True)
SAMPLE_GAMMA_LL = Quantity(
    "/sample/gamma_ll", (), "1", "γ^LL of the sample: of the mean of χ(T(x)), scaled", errors=True
)
SAMPLE_EIGENVALUE = Quantity(
    "/sample/eigenvalue", (), "1", "largest of Γ, whose component along the axis is γ^LL; threshold 1",
    optional=True, errors=True,
)  # fmt: skip
SAMPLE_AMPLIFICATION = Quantity(
    "/sample/amplification", (), "1", "η of the sample, 1/(1 − γ^LL), NaN where supercritical", NUMBER, errors=True
)
SAMPLE_CRITICAL_RADIUS = Quantity(
    "/sample/critical_radius", (), "m",
    "size (as /feedback/radius) below which a sample of these proportions and this T(x/size) has no solution", NUMBER,
    errors=True,
)  # fmt: skip

SAMPLE_THRESHOLD_POWER = Quantity(
    "/sample/threshold_power", (), "W",
    "absorbed power from which on the feedback has no solution, NaN where the temperatures of the run end before",
    NUMBER, optional=True, errors=True,
)  # fmt: skip
SAMPLE_TRIAL_POWER = Quantity(TRIAL, (TRIAL,), "W", "absorbed powers that were tried", optional=True)
SAMPLE_TRIAL_EIGENVALUE = Quantity(
    "/sample/trial_eigenvalue", (TRIAL,), "1", "largest of Γ there, 1 at the threshold", optional=True
)
SAMPLE_TRIAL_HOTTEST = Quantity("/sample/trial_hottest", (TRIAL,), "K", "hottest temperature there", optional=True)

SAMPLE_MOMENT_WITHOUT_FEEDBACK = Quantity(
    "/sample/moment_without_feedback", V, "A m2", "∫ γ^N ∇T dV", optional=True, errors=True
)
SAMPLE_MOMENT = Quantity(
    "/sample/moment", V, "A m2", "magnetic moment with feedback", NUMBER, optional=True, errors=True
)
SAMPLE_STRAY_Z = Quantity(STRAY, (STRAY,), "m", "points on the axis, z from the bottom", optional=True)
SAMPLE_STRAY_FIELD = Quantity(
    "/sample/stray_field", (STRAY, VECTOR), "T", "B of the dipoles m dV there", NUMBER, optional=True
)
