#!/usr/bin/env bash
# Asks for known weaknesses of each package that the image gets; one that cannot be asked for is one too.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --require-hashes -r deploy/tools.txt
"$tools/bin/pip-audit" --strict --require-hashes --disable-pip -r requirements.txt
