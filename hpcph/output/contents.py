"""What a result.h5 must hold for those who read it: datasets, what their numbers are, their axes, and attributes."""

from hpcph.output import tensors

# section | what its numbers are | axes | datasets, ? where the section may lack it. "number" allows NaN,
# "fraction" is of lattice vectors, "rising" is positive too. Beside every …_error? there may be a …_lattice_error.
# Tensor responses have rows of their own (hpcph.response.tensors).
TABLE = """
/crystal       | finite   | lattice_vector cartesian                      | lattice
/crystal       | fraction | atom lattice_vector                           | positions
/crystal       | positive | atom                                          | masses
/crystal       | text     | atom                                          | symbols
/crystal       | positive |                                               | volume density
/crystal       | finite   | atom cartesian_polarization cartesian_displacement | born_charges?
/thermal       | finite   | temperature cartesian_l                       | pam_density
/thermal       | number   | temperature cartesian_l                       | pam_density_error?
/thermal       | rising   | temperature                                   | /temperature
/feedback      | positive | radius                                        | radius
/feedback      | finite   | temperature radius                            | gamma_ll/diagonal gamma_ll/off_diagonal
/feedback      | finite   | temperature radius                            | gamma_ll/total gamma_ll/unscaled
/feedback | number | temperature radius | gamma_ll/diagonal_error? gamma_ll/off_diagonal_error?
/feedback      | number   | temperature radius                            | gamma_ll/total_error?
/feedback      | number   | temperature radius                            | amplification amplification_error?
/feedback      | number   | temperature                                   | critical_radius
/feedback      | number   | temperature radius cartesian_l                | pam_density pam_density_error?
/magnetization | finite   | temperature cartesian_m                       | density_without_feedback
/magnetization | finite   | temperature cartesian_m                       | field_without_feedback
/magnetization | number   | temperature cartesian_m | density_without_feedback_error? field_without_feedback_error?
/magnetization | number   | temperature radius cartesian_m                | density? field? density_error? field_error?
/magnetization | positive | radius                                        | radius?
/convergence   | finite   | mesh temperature                              | gamma_nl diagonal off_diagonal
/convergence   | positive | mesh                                          | points
/convergence   | positive | mesh reciprocal                               | grid
/spectrum      | positive | at_temperature                                | at_temperature
/spectrum      | rising   | spectral_frequency                            | spectral_frequency
/spectrum      | finite   | at_temperature spectral_frequency             | gamma_nl diagonal off_diagonal
/spectrum      | finite   | at_temperature branch       | gamma_nl_by_branch diagonal_by_branch off_diagonal_by_branch
/elasticity    | finite   | strain strain2                                | stiffness stiffness_lattice_error
/slices        | finite   | plane                                         | plane
/slices        | fraction | plane slice_a slice_b reciprocal              | q
/slices        | finite   | plane slice_a slice_b cartesian_k             | k
/slices        | number   | plane slice_a slice_b                         | diagonal off_diagonal
/bands         | finite   | distance                                      | distance
/bands         | fraction | distance reciprocal                           | q
/bands         | finite   | distance branch                               | frequency
/bands         | number   | distance branch                               | crystal_angular_momentum?
/bands         | finite   | distance branch cartesian_l                   | polarization
/bands         | finite   | distance branch cartesian_m                   | moment? moment_scalar?
/bands         | finite   | distance branch atom cartesian_l              | polarization_by_atom
/bands         | finite   | distance branch species cartesian_l           | polarization_by_species
/bands         | complex  | distance branch atom cartesian                | eigenvector
/bands         | finite   | path_corner                                   | corner
/bands         | text     | path_corner                                   | label
/bands         | text     | species                                       | species
/orbits        | fraction | orbit reciprocal                              | q
/orbits        | finite   | orbit branch                                  | frequency
/orbits        | number   | orbit branch                                  | crystal_angular_momentum?
/orbits        | finite   | orbit branch cartesian_l                      | polarization
/orbits        | finite   | orbit branch cartesian_m                      | moment? moment_scalar?
/orbits        | finite   | orbit branch atom cartesian_l                 | polarization_by_atom
/orbits        | complex  | orbit branch atom cartesian                   | eigenvector
/sample        | finite   | z y x                       | temperature_field
/sample        | finite   | z y x cartesian_sample      | pam_density_without_feedback magnetization_without_feedback?
/sample        | number   | z y x cartesian_sample      | pam_density magnetization?
/sample        | finite   | z                           | z
/sample        | finite   | y                           | y
/sample        | finite   | x                           | x
/sample        | finite   | cartesian_sample cartesian  | frame
/sample        | finite   | cartesian_sample            | pam_without_feedback moment_without_feedback?
/sample        | number   | cartesian_sample            | pam rotation torque moment?
/sample        | number   | cartesian_sample            | pam_without_feedback_error? moment_without_feedback_error?
/sample        | number   | cartesian_sample            | pam_error? rotation_error? torque_error? moment_error?
/sample        | number   |                             | gamma_ll_error? gamma_ll_diagonal_error? eigenvalue_error?
/sample        | number   |                             | gamma_ll_off_diagonal_error? amplification_error?
/sample        | number   |                             | critical_radius_error? threshold_power_error?
/sample        | finite   |                             | gamma_ll gamma_ll_diagonal gamma_ll_off_diagonal
/sample        | finite   |                             | eigenvalue?
/sample        | number   |                             | amplification critical_radius threshold_power?
/sample        | finite   | trial_power                 | trial_power? trial_eigenvalue? trial_hottest?
/sample        | finite   | stray_z                     | stray_z?
/sample        | number   | stray_z cartesian_sample    | stray_field?
"""
ATTRIBUTES = (  # section that needs them (? where it may lack them), what they are, where they stand, names
    ("/crystal", "text", "/provenance", "hpcph sha256 fingerprint input"),
    ("/crystal", "number", "/provenance", "wall_time"),
    ("/crystal", "text", "/crystal", "formula space_group"),
    ("/thermal", "number", "/thermal", "gradient lifetime? boundary?"),
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
    ("/slices", "number", "/slices", "temperature"),
    ("/sample", "text", "/sample", "shape spot bottom side top"),
    ("/sample", "number", "/sample", "power power_leaving depth modulation coldest hottest"),
    ("/sample", "number", "/sample", "hottest_error? hottest_lattice_error?"),
)


def rows() -> dict[str, list[tuple[str, str, list[str], bool]]]:
    """Rows of every section: path, kind, axes, and whether it must be there."""
    found: dict[str, list[tuple[str, str, list[str], bool]]] = {}
    for line in TABLE.strip().splitlines():
        section, kind, axes, names = (part.strip() for part in line.split("|"))
        doubts = [name.replace("_error?", "_lattice_error?") for name in names.split() if name.endswith("_error?")]
        for name in names.split() + doubts:
            path = name.rstrip("?") if name.startswith("/") else f"{section}/{name.rstrip('?')}"
            found.setdefault(section, []).append((path, kind, axes.split(), not name.endswith("?")))
    for section, path, kind, own, needed in tensors.rows():
        found.setdefault(section, []).append((path, kind, own, needed))
    return found


def attributes(section: str) -> list[tuple[str, str, str, bool]]:
    """Where they stand, their names, kinds, and whether they must be there."""
    rows = [(place, kind, names) for needing, kind, place, names in ATTRIBUTES if needing == section]
    named = [(place, kind, name) for place, kind, names in rows for name in names.split()]
    return [(place, name.rstrip("?"), kind, not name.endswith("?")) for place, kind, name in named]
