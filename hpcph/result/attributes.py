"""The attributes that a result must hold for those who read it."""

ATTRIBUTES = (  # section that needs them (? where it may lack them), what they are, where they stand, names
    ("/crystal", "text", "/provenance", "hpcph sha256 fingerprint input"),
    ("/crystal", "number", "/provenance", "wall_time"),
    ("/crystal", "text", "/crystal", "formula space_group"),
    ("/thermal", "number", "/thermal", "gradient? lifetime? boundary?"),
    ("/thermal", "text", "/thermal", "linewidths? collision_matrix? beyond_relaxation_time?"),
    ("/thermal", "number", "/provenance", "feedback_scale mesh_points mesh_refinement"),
    ("/thermal", "number", "/provenance", "unstable_modes_left_out zero_modes_left_out"),
    ("/thermal", "three numbers", "/provenance", "mesh_grid mesh_shift"),
    ("/feedback", "number", "/feedback", "scale"),
    ("/feedback", "text", "/feedback", "coupling"),
    ("/elasticity", "number", "/crystal", "image_exponent image_cutoff pairs reciprocal_vectors stiffness_asymmetry"),
    ("/elasticity", "number", "/crystal", "frequency_change_commensurate frequency_change_between sum_rules_change"),
    ("/elasticity", "number", "/crystal", "translational_violation_before translational_violation_after"),
    ("/elasticity", "number", "/crystal", "rotational_violation_before rotational_violation_after"),
    ("/elasticity", "number", "/crystal", "huang_violation_before huang_violation_after"),
    ("/elasticity", "text", "/crystal", "sum_rules sum_rules_left_out sum_rules_not_met"),
    ("/elasticity", "number", "/elasticity", "frequency?"),
    ("/slices", "number", "/slices", "temperature"),
    ("/sample", "text", "/sample", "shape spot bottom side top"),
    ("/sample", "number", "/sample", "power power_leaving depth modulation coldest hottest"),
    ("/sample", "number", "/sample", "hottest_error? hottest_lattice_error?"),
)


def attributes(section: str) -> list[tuple[str, str, str, bool]]:
    """Where they stand, their names, kinds, and whether they must be there."""
    rows = [(place, kind, names) for needing, kind, place, names in ATTRIBUTES if needing == section]
    named = [(place, kind, name) for place, kind, names in rows for name in names.split()]
    return [(place, name.rstrip("?"), kind, not name.endswith("?")) for place, kind, name in named]
