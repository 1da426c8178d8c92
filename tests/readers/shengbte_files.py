"""ShengBTE's files of the references, and of a polar crystal without any symmetry."""

import numpy as np
import physics
from readers import references

from hpcph.readers import foreign, shengbte
from hpcph.readers.files import Files, opened

LICOO2, SILICON = ("FORCE_CONSTANTS_2ND.xz", "CONTROL"), ("espresso.ifc2.xz", "CONTROL_Si")
DIVISIONS = (3, 2, 4)
POLAR = """! two atoms without any symmetry
&allocations
  nelements=2, natoms=2, ngrid(:)=4 4 4
&end
&crystal
  lfactor=0.1,
  lattvec(:,1)=4.1 0.2 0.1,
  lattvec(:,2)=0.3 3.9 -0.2,
  lattvec(:,3)=-0.1 0.4 4.4,
  elements="Mg" "O"
  types=1 2,
  positions(:,1)=0.02 0.01 0.03,
  positions(:,2)=0.47 0.55 0.41
  epsilon(:,1)=3.1 0.2 0.0,
  epsilon(:,2)=0.2 2.9 0.1,
  epsilon(:,3)=0.0 0.1 3.4,
  born(:,1,1)=1.1 0.2 0.3,
  born(:,2,1)=-0.1 1.2 0.4,
  born(:,3,1)=0.5 -0.2 1.3,
  born(:,1,2)=-1.1 -0.2 -0.3,
  born(:,2,2)=0.1 -1.2 -0.4,
  born(:,3,2)=-0.5 0.2 -1.3,
  scell(:)=3 2 4
&end
&parameters
  T=300
&end
&flags
  nonanalytic=.TRUE.
&end
"""


def named(names) -> Files:
    """As an input names them."""
    path = [physics.data(f"readers/shengbte/{name}") for name in names]
    return Files(path[0], structure=path[1])


def file(name: str) -> bytes:
    return references.data(f"shengbte/{name}")


def made(constants: bytes, control: bytes, folder):
    """What the reader makes of two files."""
    for name, data in (("FORCE_CONSTANTS_2ND", constants), ("CONTROL", control)):
        (folder / name).write_bytes(data)
    main = opened("crystal.force_constants", folder / "FORCE_CONSTANTS_2ND", folder)
    found = shengbte.read(main, (), opened("crystal.structure", folder / "CONTROL", folder))
    return foreign.checked(main, found)


def pairs(seed: int = 3) -> dict:
    """Φ_ab(T) in eV/Å² with Φ_ab(T) = Φ_ba(−T)ᵀ alone, and atoms that stay where nothing moves."""
    rng = np.random.default_rng(seed)
    found = {}
    for a, b, T in [(0, 1, (0, 0, 0)), (0, 1, (-1, 0, 0)), (1, 1, (0, 1, 0)), (0, 0, (0, 0, 1)), (0, 1, (0, -1, 1))]:
        phi = rng.normal(size=(3, 3)) - 4 * np.eye(3)
        found[a, b, T], found[b, a, tuple(-t for t in T)] = phi, phi.T
    for a in range(2):
        own = -sum(phi for (first, _, _), phi in found.items() if first == a)
        found[a, a, (0, 0, 0)] = (own + own.T) / 2
    return found


def constants(rows: str = "all") -> bytes:
    """FORCE_CONSTANTS_2ND of these, the long way: atom after atom, n1 the fastest."""
    place = {}
    for a in range(2):
        for n3, n2, n1 in np.ndindex(DIVISIONS[::-1]):
            place[a, n1, n2, n3] = len(place)
    phi = np.zeros((len(place), len(place), 3, 3))
    for (a, *origin), s in place.items():
        for (first, b, T), block in pairs().items():
            if a == first:
                cell = (np.array(origin) + T) % DIVISIONS
                phi[s, place[b, *cell]] += block
    atoms = len(place)
    wanted = range(atoms) if rows == "all" else [0, atoms // 2]
    text = [f"{len(wanted)} {atoms}"]
    for s in wanted:
        for t in range(atoms):
            text += [f"{s + 1} {t + 1}", *(" ".join(map(repr, row)) for row in phi[s, t].tolist())]
    return "\n".join(text).encode() + b"\n"
