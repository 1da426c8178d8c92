# Sourced: apt_install PACKAGES… as root, or by a sudo that answers; fails where there is no apt or nobody who may.
apt_install() {
  [ "${NO_APT:-0}" != 1 ] && command -v apt-get >/dev/null || return 1
  as_root=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } || return 1   # a terminal can give a password
    as_root=sudo
  fi
  $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
