#!/bin/sh
# Writes the hashes of requirements.lock and petsc4py.lock anew, for the versions that stand there: edit those, call this.
# The hashes are of every file of a version, so that they hold on any Python and machine, compiled or not. Needs uv.
set -eu
cd "$(dirname "$0")"
UV=${UV:-uv}
versions() { sed -n 's/^\([^# ]*==[^ ]*\).*/\1/p' "$1"; }
hashed() {   # a line a package
  "$UV" pip compile --quiet --no-deps --no-header --no-annotate --generate-hashes --python-version 3.11.2 - >hashed.new
  sed -e ':more' -e '/\\$/{N' -e 's/ *\\\n */ /' -e 'b more' -e '}' hashed.new
  rm hashed.new
}
renew() {   # FILE, its new lines on stdin
  { sed -n '/^#/p' "$1"; cat; } >"$1.new"
  mv "$1.new" "$1"
}
versions requirements.lock | hashed >requirements.new
renew requirements.lock <requirements.new
for version in $(versions petsc4py.lock); do echo "$version" | hashed; done >petsc4py.new
renew petsc4py.lock <petsc4py.new
rm requirements.new petsc4py.new
