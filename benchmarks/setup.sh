#!/bin/sh
# Fetches what `make bench` needs beside the project: wrk from Debian, and an environment for the peers.
set -eu
cd "$(dirname "$0")/.."
peers=.tools/peers

if ! command -v wrk >/dev/null; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "The benchmark needs wrk: install it (on Debian, as root: apt-get install wrk) and run this again." >&2
        exit 1
    fi
    echo "Installing wrk ..." >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk; } \
        >.tools/wrk.log 2>&1 </dev/null || { echo "wrk could not be installed: read .tools/wrk.log." >&2; exit 1; }
fi

cmp -s benchmarks/peers/requirements.txt "$peers/requirements.txt" && exit 0
echo "Installing the peers into $peers ..." >&2
rm -rf "$peers"
.venv/bin/python -m venv --without-pip "$peers"
if [ -x .tools/uv/bin/uv ]; then
    .tools/uv/bin/uv pip install --quiet --require-hashes --compile-bytecode \
        --python "$peers/bin/python" -r benchmarks/peers/requirements.txt
else
    .venv/bin/python -m ensurepip --upgrade >/dev/null
    .venv/bin/python -m pip --python "$peers/bin/python" install --quiet --require-hashes -r benchmarks/peers/requirements.txt
fi
cp benchmarks/peers/requirements.txt "$peers/"
