# Sourced by install.sh: a parallel HDF5 of mpicc in $WHEELS/hdf5, where environments load it; goes on where a try ended.
HDF5_SOURCE=${HDF5_SOURCE:-https://github.com/HDFGroup/hdf5/releases/download/hdf5_1.14.6/hdf5-1.14.6.tar.gz}
hdf5_prefix=$WHEELS/hdf5 hdf5_log=$WHEELS/hdf5.log
hdf5_source() {
  case $HDF5_SOURCE in
  *://*)
    archive=$WHEELS/$(basename "$HDF5_SOURCE")
    [ -e "$archive" ] || {
      { curl -fsSL -o "$archive.part" "$HDF5_SOURCE" || wget -qO "$archive.part" "$HDF5_SOURCE"; } && mv "$archive.part" "$archive"
    } || return
    ;;
  *) archive=$HDF5_SOURCE ;;
  esac
  if [ -d "$archive" ]; then source=$(cd "$archive" && pwd); return; fi
  source=$WHEELS/hdf5.source
  [ -e "$source/.whole" ] && return
  rm -rf "$source"
  mkdir "$source" && tar -xf "$archive" -C "$source" --strip-components=1 && touch "$source/.whole"
}
hdf5_make() {
  jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
  mkdir -p "$WHEELS/hdf5.build" && cd "$WHEELS/hdf5.build" || return
  if [ -x "$source/configure" ]; then
    [ -e Makefile ] || CC=$mpicc CFLAGS="-O2 -w" "$source/configure" --prefix="$hdf5_prefix" --enable-parallel --enable-shared \
      --disable-static --disable-tests --disable-tools --disable-hltools || return
  else
    cmake "$source" -DCMAKE_C_COMPILER="$mpicc" -DCMAKE_INSTALL_PREFIX="$hdf5_prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release \
      -DHDF5_ENABLE_PARALLEL=ON -DHDF5_ENABLE_ZLIB_SUPPORT=ON -DBUILD_SHARED_LIBS=ON -DBUILD_STATIC_LIBS=OFF \
      -DBUILD_TESTING=OFF -DHDF5_BUILD_TOOLS=OFF -DHDF5_BUILD_EXAMPLES=OFF -DHDF5_BUILD_CPP_LIB=OFF || return
  fi
  make -j "$jobs" && make install
}
if ! hdf5_below "$hdf5_prefix"; then
  hdf5_source || die "HDF5=build: cannot read HDF5_SOURCE=$HDF5_SOURCE"
  (hdf5_make) >"$hdf5_log" 2>&1 && hdf5_below "$hdf5_prefix" || die "HDF5=build: $source does not build ($hdf5_log)"
  rm -rf "$WHEELS/hdf5.build" "$WHEELS/hdf5.source"
fi
