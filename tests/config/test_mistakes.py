"""Every mistake of the user is an InputError: a line each, with the key and what to do."""

import subprocess
import sys

import pytest

from hpcph.config.load import load
from hpcph.errors import InputError

GOOD = {
    "crystal": "{force_constants: fc.yaml}",
    "mesh": "{grid: [4, 4, 4]}",
    "temperature": "300 K",
    "lifetime": "10 ps",
    "gradient": "1 K/mm",
}
CYLINDER = "sample: {radius: 20 nm}"
HUGE = "1" + "0" * 400
BIG_MATRIX = f"[[{HUGE}, 0, 0], [0, 1, 0], [0, 0, 1]]"
LIGHT = "{frequency: {from: 1 THz, to: 2 THz, points: 3}, "
NO_THERMAL = dict.fromkeys(("mesh", "temperature", "lifetime", "gradient"))
BAD = [  # what is changed, the key that the complaint names, words of the fix
    ({"crystal": None}, "crystal", "missing"),
    ({"crystal": "{}"}, "crystal", "force_constants"),
    ({"crystal": "{force_constants: ''}"}, "crystal.force_constants", "at least 1"),
    ({"crystal": "{force_constants: 3}"}, "crystal.force_constants", "string"),
    ({"crystal": "fc.yaml"}, "crystal", "dictionary"),
    ({"crystal": "{force_constants: a, nac: wang}"}, "crystal.nac", "gonze"),
    ({"crystal": "{force_constants: a, sum_rules: [rotational]}"}, "crystal.sum_rules", "translational"),
    ({"crystal": "{force_constants: a, sum_rules: [acoustic]}"}, "crystal.sum_rules[0]", "translational"),
    ({"crystal": "{force_constants: a, sum_rules: translational}"}, "crystal.sum_rules", "list"),
    ({"crystal": "{force_constants: a, primitive: X}"}, "crystal.primitive", "auto"),
    ({"crystal": "{force_constants: a, primitive: [[1, 0, 0], [1, 0, 0], [0, 0, 1]]}"}, "crystal.primitive", "regular"),
    ({"crystal": "{force_constants: a, primitive: [[1, 2], [3]]}"}, "crystal.primitive", "3×3"),
    ({"crystal": "{force_constants: a, primitive: [[.inf, 0, 0], [0, 1, 0], [0, 0, 1]]}"}, "crystal.primitive", "3×3"),
    ({"crystal": f"{{force_constants: a, primitive: {BIG_MATRIX}}}"}, "crystal.primitive", ""),
    ({"crystal": "{force_constants: a, supercell: [2, 2]}"}, "crystal.supercell", "3"),
    ({"crystal": "{force_constants: a, supercell: [2, 2, 0]}"}, "crystal.supercell[2]", "greater"),
    ({"crystal": "{force_constants: a, allow_unstable: 1}"}, "crystal.allow_unstable", "boolean"),
    ({"crystal": "{force_constants: a, allow_unstable: no}"}, "crystal.allow_unstable", "boolean"),
    ({"crystal": "{force_constants: '${HPCPH_NOT_SET}/a'}"}, "input", "export HPCPH_NOT_SET"),
    ({"mesh": None}, "mesh", "missing"),
    ({"mesh": "{grid: [4, 4, 0]}"}, "mesh.grid[2]", "greater"),
    ({"mesh": "{grid: [4, 4, -4]}"}, "mesh.grid[2]", "greater"),
    ({"mesh": "{grid: [4, 4]}"}, "mesh.grid", "3"),
    ({"mesh": "{grid: []}"}, "mesh.grid", "3"),
    ({"mesh": "{grid: 4}"}, "mesh.grid", "list"),
    ({"mesh": "{grid: [4, 4, 4.5]}"}, "mesh.grid[2]", "integer"),
    ({"mesh": "{grid: [4, 4, true]}"}, "mesh.grid[2]", "integer"),
    ({"mesh": "{grid: [4, 4, 100000]}"}, "mesh.grid[2]", "2000"),
    ({"mesh": "{grid: [4, 4, 4], shift: [0, 0, 2]}"}, "mesh.shift", "step"),
    ({"mesh": "{grid: [4, 4, 4], shift: [0, 0, .nan]}"}, "mesh.shift[2]", "finite"),
    ({"mesh": "{grid: [4, 4, 4], refine: 1}"}, "mesh.refine", "unknown key"),
    ({"mesh": "{grid: [4, 4, 4], refine_gamma: -1}"}, "mesh.refine_gamma", "greater"),
    ({"mesh": "{grid: [4, 4, 4], refine_gamma: 7}"}, "mesh.refine_gamma", "6"),
    ({"mesh": "{grid: [4, 4, 4], accuracy: 1%}"}, "mesh", "either grid"),
    ({"mesh": "{symmetry: true}"}, "mesh", "either grid"),
    ({"mesh": "{accuracy: 1%, refine_gamma: 2}"}, "mesh", "refine_gamma"),
    ({"mesh": "{accuracy: 0}"}, "mesh.accuracy", "greater"),
    ({"mesh": "{accuracy: 60%}"}, "mesh.accuracy", "0.5"),
    ({"mesh": "{accuracy: 1 K}"}, "mesh.accuracy", "percent"),
    ({"mesh": "{accuracy: [1%]}"}, "mesh.accuracy", "1%"),
    ({"temperature": "-1 K"}, "temperature", "greater than or equal to"),
    ({"temperature": "0"}, "temperature", "greater than or equal to"),
    ({"temperature": "[300 K, -5]"}, "temperature[1]", "greater than or equal to"),
    ({"temperature": "[]"}, "temperature", "at least 1"),
    ({"temperature": ".nan"}, "temperature", "finite"),
    ({"temperature": "1e400 K"}, "temperature", "finite"),
    ({"temperature": "[300, true]"}, "temperature[1]", "number"),
    ({"temperature": "300 ps"}, "temperature", "300 K"),
    ({"temperature": "300 Kelwin"}, "temperature", "300 K"),
    ({"temperature": "warm"}, "temperature", "300 K"),
    ({"temperature": "2001-01-01"}, "temperature", "300 K"),
    ({"temperature": HUGE}, "temperature", ""),
    ({"temperature": "{from: 10, to: 5, step: 1}"}, "temperature", "below"),
    ({"temperature": "{from: 10, to: 20, step: 0}"}, "temperature.step", "greater than 0"),
    ({"temperature": "{from: 10, to: 20}"}, "temperature.step", "missing"),
    ({"temperature": "{from: 1, to: 2, step: 1e-9}"}, "temperature", "larger step"),
    ({"temperature": "{from: 10, to: 20, step: 1, by: 3}"}, "temperature.by", "unknown key"),
    ({"lifetime": "10"}, "lifetime", "less than or equal"),
    ({"lifetime": "10 nm"}, "lifetime", "10 ps"),
    ({"lifetime": "0 s"}, "lifetime", "greater than or equal to"),
    ({"lifetime": "[1 ps]"}, "lifetime", "10 ps"),
    ({"lifetime": "no"}, "lifetime", "10 ps"),
    ({"lifetime": "{}"}, "lifetime", "either time"),
    ({"lifetime": "{time: 1 ps, phono3py: k.hdf5}"}, "lifetime", "either time"),
    ({"lifetime": "{boundary: 1 um}"}, "lifetime", "either time"),
    ({"lifetime": "{time: 1 ps, interpolate: true}"}, "lifetime", "leave interpolate out"),
    ({"lifetime": "{time: 1 ps, boundary: 0}"}, "lifetime.boundary", "greater than or equal to"),
    ({"lifetime": "{time: 1 ps, boundary: 1 ps}"}, "lifetime.boundary", "20 nm"),
    ({"lifetime": "{time: 1 ps, boundary: .inf}"}, "lifetime.boundary", "finite"),
    ({"lifetime": "{time: -1 ps}"}, "lifetime.time", "greater than or equal to"),
    ({"lifetime": "{phono3py: ''}"}, "lifetime.phono3py", "at least 1"),
    ({"lifetime": "{phono3py: 3}"}, "lifetime.phono3py", "string"),
    ({"lifetime": "{phono3py: k.hdf5, tau: 3}"}, "lifetime.tau", "unknown key"),
    ({"lifetime": "{phono3py: k.hdf5, interpolate: 1}"}, "lifetime.interpolate", "boolean"),
    ({"lifetime": "{phono3py: k.hdf5}", "mesh": "{accuracy: 1%}"}, "mesh", "accuracy needs points"),
    ({"lifetime": "{phono3py: k.hdf5}", "mesh": "{grid: [4, 4, 4], refine_gamma: 2}"}, "mesh", "refine_gamma needs"),
    ({"lifetime": "{phono3py: k.hdf5, solver: {}}"}, "lifetime", "only a collision matrix"),
    ({"lifetime": "{}"}, "lifetime", "give either time"),
    ({"lifetime": "{boundary: 1 um}"}, "lifetime", "give either time"),
    ({"lifetime": "c.hdf5"}, "lifetime", "10 ps"),
    ({"lifetime": "{collision_matrix: ''}"}, "lifetime.collision_matrix", "at least 1"),
    ({"lifetime": "{collision_matrix: [c.hdf5]}"}, "lifetime.collision_matrix", "string"),
    ({"lifetime": "{collision_matrix: null}"}, "lifetime", "give either time"),
    ({"lifetime": "{collision_matrix: c, time: 1 ps}"}, "lifetime", "give either time"),
    ({"lifetime": "{collision_matrix: c, interpolate: true}"}, "lifetime", "leave interpolate out"),
    ({"lifetime": "{collision_matrix: c, boundary: -1 um}"}, "lifetime.boundary", "greater than or equal to"),
    ({"lifetime": "{collision_matrix: c, boundary: far}"}, "lifetime.boundary", "20 nm"),
    ({"lifetime": "{collision_matrix: c, boundary: 1e4}"}, "lifetime.boundary", "less than or equal to"),
    ({"lifetime": "{collision_matrix: c, solver: 1e-9}"}, "lifetime.solver", "valid dictionary"),
    ({"lifetime": "{collision_matrix: c, solver: {method: cg}}"}, "lifetime.solver.method", "unknown key"),
    ({"lifetime": "{collision_matrix: c, solver: {iterations: 0}}"}, "lifetime.solver.iterations", "greater"),
    ({"lifetime": "{collision_matrix: c, solver: {iterations: 1.5}}"}, "lifetime.solver.iterations", "integer"),
    ({"lifetime": "{collision_matrix: c, solver: {tolerance: 0}}"}, "lifetime.solver.tolerance", "greater"),
    ({"lifetime": "{collision_matrix: c, solver: {tolerance: 1}}"}, "lifetime.solver.tolerance", "less"),
    ({"lifetime": "{collision_matrix: c}", "mesh": "{accuracy: 1%}"}, "mesh", "give its grid alone"),
    ({"lifetime": "{collision_matrix: c}", "mesh": "{grid: [4, 4, 4], refine_gamma: 1}"}, "mesh", "refine_gamma needs"),
    ({"gradient": "1 K"}, "gradient", "1 K/mm"),
    ({"gradient": ".inf"}, "gradient", "finite"),
    ({"gradient": "true"}, "gradient", "1 K/mm"),
    ({"gradient": "null"}, "gradient", "belong together"),
    ({"axis": "[0, 0, 0]"}, "axis", "direction"),
    ({"axis": "[0, 0]"}, "axis", "3"),
    ({"axis": "[0, 0, .inf]"}, "axis[2]", "finite"),
    ({"axis": "[0, 0, 1, 0]"}, "axis", "3"),
    ({"axis": "z"}, "axis", "list"),
    ({"axis": "[1.0e+200, 0, 0]"}, "axis[0]", "less"),
    ({"modes": "1"}, "modes", "boolean"),
    ({"magnetization": "maybe"}, "magnetization", "auto"),
    ({"magnetization": "1"}, "magnetization", "boolean"),
    ({"output": "''"}, "output", "at least 1"),
    ({"temprature": "300 K"}, "temprature", "unknown key"),
    ({"1": "2"}, "[1]", "string"),
    ({"feedback": "{}"}, "feedback.sample", "missing"),
    ({"feedback": "{sample: {}}"}, "feedback.sample", "needs radius"),
    ({"feedback": "{sample: {radius: -20 nm}}"}, "feedback.sample.radius", "greater than or equal to"),
    ({"feedback": "{sample: {radius: []}}"}, "feedback.sample.radius", "at least 1"),
    ({"feedback": "{sample: {radius: 20}}"}, "feedback.sample.radius", "less than or equal"),
    ({"feedback": "{sample: {radius: 20 K}}"}, "feedback.sample.radius", "20 nm"),
    ({"feedback": "{sample: {shape: cone, radius: 20 nm}}"}, "feedback.sample.shape", "cylinder"),
    ({"feedback": "{sample: {shape: sphere, radius: 20 nm, height: 1 nm}}"}, "feedback.sample", "no height"),
    ({"feedback": "{sample: {shape: ring, radius: 20 nm}}"}, "feedback.sample", "needs inner_radius"),
    ({"feedback": "{sample: {shape: ring, radius: [50 nm, 20 nm], inner_radius: 30 nm}}"}, "feedback.sample", "below"),
    ({"feedback": "{sample: {shape: cuboid, radius: 20 nm}}"}, "feedback.sample", "needs edges"),
    ({"feedback": "{sample: {shape: cuboid, edges: [1 nm, 2 nm]}}"}, "feedback.sample.edges[0]", "3"),
    ({"feedback": f"{{{CYLINDER}, scale: 0}}"}, "feedback.scale", "greater than or equal to"),
    ({"feedback": f"{{{CYLINDER}, coupling: both}}"}, "feedback.coupling", "antiparallel"),
    (
        {"feedback": f"{{{CYLINDER}, scale: 2, calibrate: {{gamma_ll: 0.8, temperature: 300, radius: 20 nm}}}}"},
        "feedback",
        "not both",
    ),
    ({"feedback": f"{{{CYLINDER}, calibrate: {{gamma_ll: 0.8}}}}"}, "feedback.calibrate.radius", "missing"),
    ({"bands": "{points: 1}"}, "bands.points", "greater"),
    ({"bands": "{path: [[{Γ: [0, 0, 0]}]]}"}, "bands.path[0]", "2"),
    ({"bands": "{path: []}"}, "bands.path", ""),
    ({"orbits": "{}"}, "orbits.q", "missing"),
    ({"orbits": "{q: []}"}, "orbits.q", "at least 1"),
    ({"orbits": "{q: [[0, 0]]}"}, "orbits.q[0]", "3"),
    ({"orbits": "{q: [[0, 0, .nan]]}"}, "orbits.q[0][2]", "finite"),
    ({"spectrum": "{points: 10}"}, "spectrum.temperature", "missing"),
    ({"spectrum": "{temperature: 300 K, points: 1}"}, "spectrum.points", "greater"),
    ({"spectrum": "{temperature: 0 K}"}, "spectrum.temperature", "greater than or equal to"),
    ({"optics": "{}"}, "optics.frequency", "missing"),
    ({"optics": LIGHT + "lifetime: .inf}"}, "optics.lifetime", "diverges"),
    ({"optics": LIGHT + "lifetime: 0}"}, "optics.lifetime", "greater than or equal to"),
    ({"optics": LIGHT + "lifetime: {linewidths: kappa.hdf5}}"}, "optics.lifetime.temperature", "missing"),
    ({"optics": LIGHT + "lifetime: 1 ps, polarization: sideways}"}, "optics.polarization", "circular +z"),
    ({"optics": LIGHT + "lifetime: 1 ps, polarization: [x, [1, 1j]]}"}, "optics.polarization", "three numbers"),
    ({"optics": LIGHT + "lifetime: 1 ps, polarization: [[0, 0, 0]]}"}, "optics.polarization", "three numbers"),
    ({"optics": LIGHT + "lifetime: 1 ps, direction: up}"}, "optics.direction", "transverse"),
    ({"optics": "{frequency: {from: 2 THz, to: 1 THz, points: 3}, lifetime: 1 ps}"}, "optics.frequency", "above"),
    ({"optics": "{frequency: {from: 0, to: 1 K, points: 3}, lifetime: 1 ps}"}, "optics.frequency.to", "1 THz"),
    ({"optics": "{frequency: {from: -1, to: 1, points: 3}, lifetime: 1 ps}"}, "optics.frequency.from", "greater"),
    ({"crystal": "{force_constants: fc.yaml, model: {name: te-chain}}"}, "crystal", "either"),
    ({"crystal": "{model: {name: te-chain}}"}, "mesh", "a model has bands"),
    ({"crystal": "{model: {name: chain}}"}, "crystal.model.name", "te-chain"),
    ({"crystal": "{model: {name: te-chain, K1: -1}}"}, "crystal.model.K1", "greater than 0"),
    ({"crystal": "{model: {name: te-chain, charges: [0, 1, 1]}}"}, "crystal.model.charges", "add up to zero"),
    ({"crystal": "{model: {name: te-chain}, nac: none}"}, "crystal", "a model has no nac"),
    (NO_THERMAL, "mesh", "one of bands"),
    ({**NO_THERMAL, "spectrum": "{temperature: 300 K}"}, "spectrum", "needs"),
    ({"slices": "{planes: [0]}"}, "slices.temperature", "missing"),
    ({"slices": "{temperature: 300 K, planes: []}"}, "slices.planes", "at least 1"),
    ({"slices": "{temperature: 300 K, planes: [0.7]}"}, "slices.planes[0]", "0.5"),
    ({"slices": "{temperature: 300 K, planes: [0], grid: [1, 5]}"}, "slices.grid[0]", "greater"),
]
NEWER = {  # section: an input of it with a gap, and what must not stand there: (text, key, word of the fix)
    "orbits": ("{{q: {}}}", [
        ("3", "orbits.q", "list"), ("[[0, 0, x]]", "orbits.q[0][2]", "number"), ("[0, 0]", "orbits.q[0]", "list"),
        ("[[0, 0, 2000]]", "orbits.q[0][2]", "1000"), ("[[0, 0, .inf]]", "orbits.q[0][2]", ""), ("x", "orbits.q", ""),
        ("[[0, 0, 0, 0]]", "orbits.q[0]", "3"), ("[[0, 0, true]]", "orbits.q[0][2]", "number"),
        ("null", "orbits.q", ""),
        ("{a: 1}", "orbits.q", "list"), ("[[]]", "orbits.q[0]", "3"), ("[[[0, 0, 0]]]", "orbits.q[0][0]", "number"),
        ("[[0, 0, 0]], points: 3", "orbits.points", "unknown key"), ("[[0, 0, 1 nm]]", "orbits.q[0][2]", "number"),
    ]),
    "spectrum": ("{{temperature: {}}}", [
        ("[]", "spectrum.temperature", "at least 1"), ("-3 K", "spectrum.temperature", "greater than"),
        ("3 nm", "spectrum.temperature", "300 K"), ("[300, x]", "spectrum.temperature[1]", "300 K"),
        ("true", "spectrum.temperature", "number"), (".inf", "spectrum.temperature", "finite"),
        ("1e6", "spectrum.temperature", "less"), ("{from: 1, to: 2, step: 1}", "spectrum.temperature", "number"),
        ("300, points: 3.5", "spectrum.points", "integer"), ("300, points: 100000", "spectrum.points", "10000"),
        ("300, points: many", "spectrum.points", "integer"), ("300, points: -1", "spectrum.points", "greater"),
        ("300, bins: 3", "spectrum.bins", "unknown key"), ("null", "spectrum.temperature", "number"),
    ]),
    "magnetization": ("{}", [
        ("0", "magnetization", "boolean"), ("yes", "magnetization", "auto"), ("[]", "magnetization", "boolean"),
        ("{}", "magnetization", "boolean"), ("1.5", "magnetization", "boolean"), ("null", "magnetization", "boolean"),
        ("[true]", "magnetization", "boolean"), ("'true'", "magnetization", "auto"), ("Auto", "magnetization", "auto"),
    ]),
    "optics": ("{}", [
        ("1 THz", "optics", "dictionary"), ("{lifetime: 1 ps}", "optics.frequency", "missing"),
        (LIGHT + "tau: 1 ps}", "optics.lifetime", "missing"),
        (LIGHT + "lifetime: -1 ps}", "optics.lifetime", "greater"),
        (LIGHT + "lifetime: 1 K}", "optics.lifetime", "10 ps"),
        (LIGHT + "lifetime: .nan}", "optics.lifetime", "finite"),
        (LIGHT + "lifetime: 1e7}", "optics.lifetime", "less"),
        (LIGHT + "lifetime: [1 ps]}", "optics.lifetime", "10 ps"),
        (LIGHT + "lifetime: true}", "optics.lifetime", "10 ps"),
        (LIGHT + "lifetime: long}", "optics.lifetime", "10 ps"),
        (LIGHT + "lifetime: {linewidths: '', temperature: 300}}", "optics.lifetime.linewidths", "at least 1"),
        (LIGHT + "lifetime: {linewidths: 3, temperature: 300}}", "optics.lifetime.linewidths", "string"),
        (LIGHT + "lifetime: {linewidths: a, temperature: 0}}", "optics.lifetime.temperature", "greater"),
        (LIGHT + "lifetime: {linewidths: a, temperature: 3, q: 1}}", "optics.lifetime.q", "unknown key"),
        (LIGHT + "lifetime: {temperature: 300}}", "optics.lifetime.linewidths", "missing"),
        (LIGHT + "lifetime: 1 ps, direction: [0, 0, 0]}", "optics.direction", "Cartesian"),
        (LIGHT + "lifetime: 1 ps, direction: [0, 0]}", "optics.direction", "Cartesian"),
        (LIGHT + "lifetime: 1 ps, direction: [0, 0, .nan]}", "optics.direction", "Cartesian"),
        (LIGHT + "lifetime: 1 ps, direction: [0, 0, x]}", "optics.direction", "Cartesian"),
        (LIGHT + "lifetime: 1 ps, direction: [0, 0, true]}", "optics.direction", "Cartesian"),
        (LIGHT + f"lifetime: 1 ps, direction: [0, 0, {HUGE}]}}", "optics.direction", ""),
        (LIGHT + "lifetime: 1 ps, direction: 3}", "optics.direction", "transverse"),
        (LIGHT + "lifetime: 1 ps, polarization: []}", "optics.polarization", ""),
        (LIGHT + "lifetime: 1 ps, polarization: 3}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, polarization: circular z}", "optics.polarization", "circular +z"),
        (LIGHT + "lifetime: 1 ps, polarization: [x, 3]}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, polarization: [[1, 1j, .inf]]}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, polarization: [[1, 1j, true]]}", "optics.polarization", "no polarization"),
        (LIGHT + f"lifetime: 1 ps, polarization: [[1, 1, {HUGE}]]}}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, polarization: {x: 1}}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, polarization: null}", "optics.polarization", "no polarization"),
        (LIGHT + "lifetime: 1 ps, pairs: 3}", "optics.pairs", "list"),
        (LIGHT + "lifetime: 1 ps, pairs: [1 K]}", "optics.pairs[0]", "1 THz"),
        (LIGHT + "lifetime: 1 ps, pairs: [-1]}", "optics.pairs[0]", "greater"),
        (LIGHT + "lifetime: 1 ps, pairs: [.nan]}", "optics.pairs[0]", "finite"),
        (LIGHT + f"lifetime: 1 ps, pairs: {[1] * 101}}}", "optics.pairs", "100"),
        (LIGHT + "lifetime: 1 ps, pair: [1 THz]}", "optics.pair", "unknown key"),
        ("{frequency: 1 THz, lifetime: 1 ps}", "optics.frequency", "dictionary"),
        ("{frequency: {from: 1, to: 2}, lifetime: 1 ps}", "optics.frequency.points", "missing"),
        ("{frequency: {from: 1, to: 2, points: 0}, lifetime: 1 ps}", "optics.frequency.points", "greater"),
        ("{frequency: {from: 1, to: 2, points: 10000000}, lifetime: 1 ps}", "optics.frequency.points", "1000000"),
        ("{frequency: {from: 1, to: 2, points: 1.5}, lifetime: 1 ps}", "optics.frequency.points", "integer"),
        ("{frequency: {from: 1, to: 1, points: 2}, lifetime: 1 ps}", "optics.frequency", "above"),
        ("{frequency: {from: 1, to: 1e17, points: 2}, lifetime: 1 ps}", "optics.frequency.to", "less"),
        ("{frequency: {from: 1, to: .inf, points: 2}, lifetime: 1 ps}", "optics.frequency.to", "finite"),
        ("{frequency: {from: fast, to: 2, points: 2}, lifetime: 1 ps}", "optics.frequency.from", "1 THz"),
        ("{frequency: {from: 1 m, to: 2, points: 2}, lifetime: 1 ps}", "optics.frequency.from", "1 THz"),
        ("{frequency: {from: true, to: 2, points: 2}, lifetime: 1 ps}", "optics.frequency.from", "1 THz"),
        (f"{{frequency: {{from: 1, to: {HUGE}, points: 2}}, lifetime: 1 ps}}", "optics.frequency.to", ""),
    ]),
    "crystal": ("{}", [
        ("{force_constants: a, inverted: 1}", "crystal.inverted", "boolean"),
        ("{force_constants: a, inverted: no}", "crystal.inverted", "boolean"),
        ("{force_constants: a, inverted: null}", "crystal.inverted", "boolean"),
        ("{force_constants: a, inverted: [true]}", "crystal.inverted", "boolean"),
        ("{force_constants: a, invert: true}", "crystal.invert", "unknown key"),
        ("{model: te-chain}", "crystal.model", "dictionary"), ("{model: {}}", "crystal.model.name", "missing"),
        ("{model: {name: te-chain}, inverted: true}", "crystal", "a model has no inverted"),
        ("{model: {name: te-chain}, born: B}", "crystal", "a model has no born"), ("{model: []}", "crystal.model", ""),
        ("{model: {name: te-chain, K4: 1}}", "crystal.model.K4", "unknown key"),
        ("{model: {name: te-chain, K1: 0}}", "crystal.model.K1", "greater"),
        ("{model: {name: te-chain, K2: .inf}}", "crystal.model.K2", "finite"),
        ("{model: {name: te-chain, K3: x}}", "crystal.model.K3", "number"),
        ("{model: {name: te-chain, mass: -1}}", "crystal.model.mass", "greater"),
        ("{model: {name: te-chain, mass: 1e7}}", "crystal.model.mass", "less"),
        ("{model: {name: te-chain, a: [1]}}", "crystal.model.a", "number"),
        ("{model: {name: te-chain, c: true}}", "crystal.model.c", "number"),
        ("{model: {name: te-chain, delta: 11}}", "crystal.model.delta", "10"),
        ("{model: {name: te-chain, theta: 8}}", "crystal.model.theta", "7"),
        ("{model: {name: te-chain, theta: 1 nm}}", "crystal.model.theta", "0.3 pi"),
        ("{model: {name: te-chain, theta: .nan}}", "crystal.model.theta", "finite"),
        ("{model: {name: te-chain, charges: [0, 0, 0]}}", "crystal.model.charges", "zero"),
        ("{model: {name: te-chain, charges: [1, -1]}}", "crystal.model.charges", "3"),
        ("{model: {name: te-chain, charges: [0, 1, x]}}", "crystal.model.charges[2]", "number"),
        ("{model: {name: te-chain, charges: [0, 2000, -2000]}}", "crystal.model.charges[1]", "1000"),
        ("{model: {name: te-chain, charges: 1}}", "crystal.model.charges", "list"),
        ("{model: {name: te-chain, handedness: up}}", "crystal.model.handedness", "right"),
        ("{model: {name: te-chain, handedness: 1}}", "crystal.model.handedness", "right"),
        (f"{{model: {{name: te-chain, K1: {HUGE}}}}}", "crystal.model.K1", ""),
    ]),
}  # fmt: skip
BAD += [
    ({section: form.format(value)}, key, fix) for section, (form, cases) in NEWER.items() for value, key, fix in cases
]
TEXTS = [  # whole files
    ("", "input", "mapping"),
    ("[1, 2]", "input", "mapping"),
    ("just words", "input", "mapping"),
    ("a: [1", "line 1", "YAML error"),
    ("a: 1\n b: 2", "line 2", "YAML error"),
    ("a: 1\na: 2", "line 2", "duplicate key"),
    ("mesh:\n  grid: [1, 1, 1]\n  grid: [2, 2, 2]", "line 3", "duplicate key"),
    ("a: !!python/object:os.system 1", "line 1", "YAML error"),
    ("a: 1\n---\nb: 2", "line 2", "another document"),
    ("a: *nobody", "line 1", "YAML error"),
    ("? {a: 1}\n: 2", "line 1", "YAML error"),
    ("a: 1\x01", "input", "YAML error"),
    ("a: " + "[" * 3000 + "]" * 3000, "input", "nested too deeply"),
    ("a: &a [*a]", "", ""),
    ("# " + "x" * (1 << 20), "input", "1 MiB"),
]


def text(changes: dict) -> str:
    return "\n".join(f"{key}: {value}" for key, value in {**GOOD, **changes}.items() if value is not None)


def complaint(folder, content: str | bytes) -> list[str]:
    path = folder / "input.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        load(path)
    return str(caught.value).splitlines()


def test_the_input_that_the_mistakes_change_is_good(tmp_path):
    """Without it the tests below would prove nothing."""
    (tmp_path / "input.yaml").write_text(text({}))
    load(tmp_path / "input.yaml")


@pytest.mark.parametrize("changes, key, fix", BAD, ids=[str(list(b[0].items()))[:70] for b in BAD])
def test_a_mistake_names_its_key_and_the_fix(tmp_path, changes, key, fix):
    """A line names the key and says how to mend it, and stays readable however long the value is."""
    lines = complaint(tmp_path, text(changes))
    assert any(key == line.split(": ")[0].split(" = ")[0] and fix in line for line in lines), lines
    assert all(len(line) < 400 and ": " in line for line in lines)


def test_there_are_290_different_mistakes():
    """All of them different inputs."""
    assert len({text(changes) for changes, *_ in BAD} | {content for content, *_ in TEXTS}) >= 290


@pytest.mark.parametrize("changes", [b[0] for b in BAD[:: len(BAD) // 5]] + [b[0] for b in BAD[-20::4]], ids=str)
def test_the_command_line_refuses_mistakes(tmp_path, changes):
    """Exit code 2, a line a mistake, nothing else."""
    (tmp_path / "input.yaml").write_text(text(changes))
    done = subprocess.run(
        [sys.executable, "-m", "hpcph", "check", tmp_path / "input.yaml"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and not done.stdout
    assert all(line.startswith("hpcph: ") and ": " in line[7:] for line in done.stderr.splitlines())


@pytest.mark.parametrize("limit", [1000, 30_000])
def test_nesting_is_refused_whatever_python_s_recursion_limit(tmp_path, limit):
    """Some libraries raise it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        lines = complaint(tmp_path, "a: " + "[" * 3000 + "]" * 3000)
    finally:
        sys.setrecursionlimit(before)
    assert len(lines) == 1 and "nested too deeply" in lines[0]


@pytest.mark.parametrize("content, where, words", TEXTS, ids=[t[0][:20] for t in TEXTS])
def test_a_file_that_is_no_input_is_one_line(tmp_path, content, where, words):
    """What cannot be parsed is refused in one line that says where."""
    lines = complaint(tmp_path, content)
    assert len(lines) == 1
    assert where in lines[0] and words in lines[0]


def test_not_utf8(tmp_path):
    """Latin-1 text is refused, not misread."""
    lines = complaint(tmp_path, "title: é".encode("latin-1"))
    assert lines == [f"input = {tmp_path / 'input.yaml'}: is not UTF-8 text"]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "input.yaml/below"])
def test_a_file_that_cannot_be_read(tmp_path, name):
    """No file, a folder, or a path below a file."""
    (tmp_path / "input.yaml").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / name)


def test_every_mistake_has_a_line_of_its_own(tmp_path):
    """Four mistakes, four lines."""
    lines = complaint(tmp_path, text({"mesh": "{grid: [0, 4, 4]}", "lifetime": "-1", "x": "1", "gradient": "1 s"}))
    assert len(lines) == 4
    for key in ("mesh.grid[0]", "lifetime", "x", "gradient"):
        assert sum(line.startswith(f"{key} ") or line.startswith(f"{key}:") for line in lines) == 1, key


@pytest.mark.parametrize("extra", ['"a\\nb": 1', '"a\\nhpcph: all is well": 1', 'title: ["a\\nb"]'])
def test_no_text_of_the_input_adds_lines(tmp_path, extra):
    """One mistake is one line, even with a line break in the key or the value."""
    assert len(complaint(tmp_path, text({}) + "\n" + extra)) == 1


def test_aliases_that_multiply_are_refused_at_once(tmp_path):
    """A kilobyte that stands for 10⁹ values neither fills the memory nor stops the clock."""
    levels = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 9)]
    path = tmp_path / "input.yaml"
    path.write_text("\n".join([text({}), "x0: &x0 [a, a, a, a, a, a, a, a, a, a]", *levels]))
    script = (
        "import resource, sys, pathlib\n"
        "from hpcph.config.load import load\n"
        "from hpcph.errors import InputError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (8, 8))\n"
        "try:\n    load(pathlib.Path(sys.argv[1]))\n"
        "except InputError as err:\n    print(err)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-300:]
    assert done.stdout.strip()
