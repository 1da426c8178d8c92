#!/bin/bash
# The browser that the report's tests look at pages with: Debian's Chromium; returns at once where there is one.
set -euo pipefail
command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
  echo "install_browser: no apt-get here; without chromium and chromedriver the browser tests are skipped" >&2
  exit 0
fi
as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null
