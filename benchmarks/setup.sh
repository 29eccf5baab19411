#!/bin/sh
# Fetches what `make bench` needs beside the project: wrk from Debian, and environments for the peers.
# bolt needs Python 3.12 or newer and is left out where there is none; BOLT_PYTHON=... names one.
set -eu
cd "$(dirname "$0")/.."

main() {
    get_wrk
    environment .tools/peers benchmarks/peers/requirements.txt
    is_current || install .venv/bin/python
    environment .tools/bolt benchmarks/peers/bolt/requirements.txt
    is_current || get_bolt
}

get_wrk() {
    ! command -v wrk >/dev/null || return 0
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "The benchmark needs wrk: install it (on Debian, as root: apt-get install wrk) and run this again." >&2
        exit 1
    fi
    echo "Installing wrk ..." >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk; } \
        >.tools/wrk.log 2>&1 </dev/null || { echo "wrk could not be installed: read .tools/wrk.log." >&2; exit 1; }
}

environment() {
    venv=$1 locked=$2
}

# What the lock is copied to is complete; its interpreter may have gone since.
is_current() {
    [ -x "$venv/bin/python" ] && cmp -s "$locked" "$venv/requirements.txt"
}

get_bolt() {
    rm -rf "$venv"
    if ! find_newer_python; then
        echo "bolt is left out: it needs Python 3.12 or newer (BOLT_PYTHON=... names one)." >&2
    elif ! install "$python" 2>.tools/bolt.log; then
        rm -rf "$venv"
        echo "bolt is left out: it could not be installed with $python (read .tools/bolt.log)." >&2
    fi
}

# The project's own interpreter where it will do, so that all run on the same one. pyenv keeps others
# in a folder; its stand-ins in PATH do not run.
find_newer_python() {
    kept=${PYENV_ROOT:-${HOME:-}/.pyenv}/versions
    for python in ${BOLT_PYTHON:-.venv/bin/python python3.12 python3.13 python3.14 $kept/3.1[2-9].*/bin/python}; do
        ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || return 0
    done
    return 1
}

install() {
    echo "Installing peers into $venv ..."
    rm -rf "$venv"
    "$1" -m venv --without-pip "$venv" && get_packages && cp "$locked" "$venv/requirements.txt"
}

get_packages() {
    if [ -x .tools/uv/bin/uv ]; then
        .tools/uv/bin/uv pip install --quiet --require-hashes --compile-bytecode \
            --python "$venv/bin/python" -r "$locked"
    else
        .venv/bin/python -m ensurepip --upgrade >/dev/null &&
            .venv/bin/python -m pip --python "$venv/bin/python" install --quiet --require-hashes -r "$locked"
    fi
}

main "$@"
