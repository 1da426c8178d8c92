#!/bin/sh
# The browser that the report's tests look at pages with: Debian's Chromium; returns at once where there is one.
have() { command -v chromium && command -v chromedriver; } >/dev/null
have && exit 0
. "$(dirname "$0")/apt.sh"
apt_install chromium chromium-driver
have || echo "install_browser: no chromium and chromedriver here, nor a way to install them: the browser tests are skipped" >&2
