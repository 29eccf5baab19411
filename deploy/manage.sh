#!/usr/bin/env bash
# Runs a management command in the deployed image, with the environment that the service has.
#   PROJECT=… REGION=… deploy/manage.sh signing_keys revoke --reason "found in a log" -- KID
# Needs gcloud, signed in as somebody who may run jobs and read logs. What the command prints follows
# its end, and stays in the logs: nothing that shows a secret is run so. Ends with 0 when that did.
set -euo pipefail

JOB=taskflow-by-hand
# Between two arguments: what none of them has in it.
BREAK=$'\x1f'

main() {
    (($# > 0)) || say "Which command? deploy/manage.sh COMMAND [ARGUMENT …]"
    status=0
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    execution=$(gcloud run jobs execute "$JOB" --project="$PROJECT" --region="$REGION" --wait \
        --args="^$BREAK^$(joined "$@")" --format='value(metadata.name)') || status=$?
    gcloud logging read "$(lines)" --project="$PROJECT" --order=asc --format='value(textPayload)'
    exit "$status"
}

joined() {
    local IFS=$BREAK
    echo "$*"
}

# The name of an execution that failed is not told, so whatever the job said since is shown.
lines() {
    echo "resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"$JOB\" AND timestamp>=\"$began\"" \
        "${execution:+AND labels.\"run.googleapis.com/execution_name\"=\"$execution\"}"
}

say() {
    echo "$1" >&2
    exit 2
}

main "$@"
