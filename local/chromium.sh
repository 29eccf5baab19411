#!/bin/sh
# Makes sure that the browser tests have a browser: Debian's chromium.
set -eu

! command -v chromium >/dev/null || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "The browser tests need chromium: install it (on Debian, as root: apt-get install chromium) and run this again." >&2
    exit 1
fi
echo "Installing chromium ..." >&2
mkdir -p .tools
if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >.tools/chromium.log 2>&1 </dev/null; then
    echo "Chromium could not be installed: read .tools/chromium.log, put right what it names, and run this again." >&2
    exit 1
fi
