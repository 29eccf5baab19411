#!/usr/bin/env bash
# Lists what the image is made of, as CycloneDX: deploy/sbom.sh FILE
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --require-hashes -r deploy/tools.txt
"$tools/bin/cyclonedx-py" requirements --validate --pyproject pyproject.toml --output-reproducible \
    --output-file "$1" requirements.txt
