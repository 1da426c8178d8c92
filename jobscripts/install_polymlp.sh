#!/bin/sh
# pypolymlp in the environment, for the tests of a potential; returns at once where it is. It is compiled, in about a
# minute, with a C++ compiler and the headers of Eigen, and kept in .wheels.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
"$python" -c 'import pypolymlp' 2>/dev/null && exit 0
. jobscripts/apt.sh
{ command -v c++ && [ -d /usr/include/eigen3 ]; } >/dev/null || apt_install libeigen3-dev g++ || true
kept=.wheels/polymlp-$("$python" -VV | cksum | cut -d' ' -f1)
log=$(mktemp)
ls "$kept"/*.whl >/dev/null 2>&1 ||
  "$python" -m pip wheel --quiet --disable-pip-version-check --no-cache-dir --no-deps -w "$kept" \
    --build-constraint jobscripts/polymlp.build.lock --require-hashes -r jobscripts/polymlp.lock >"$log" 2>&1 ||
  { tail -n 5 "$log" >&2
    echo "install_polymlp: pypolymlp does not build (a C++ compiler, libeigen3-dev): its tests are skipped" >&2
    exit 0; }
"$python" -m pip install --quiet --disable-pip-version-check --no-deps "$kept"/*.whl
rm -f "$log"
