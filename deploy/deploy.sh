#!/usr/bin/env bash
# Pins the secrets, then deploys IMAGE without traffic, verifies it, moves the traffic, or takes it back.
#   IMAGE=…@sha256:… STATE_BUCKET=… TF_VAR_…=… deploy/deploy.sh
set -euo pipefail
cd "$(dirname "$0")/.."

python3 -m deploy.pin_secrets deploy/terraform/service/secrets.auto.tfvars.json
sh local/bootstrap.sh local
.venv/bin/python -m deploy.release new --image "$IMAGE" \
    --release "sha-${GITHUB_SHA:0:12}-$GITHUB_RUN_NUMBER$GITHUB_RUN_ATTEMPT"
