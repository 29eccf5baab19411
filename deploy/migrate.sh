#!/usr/bin/env bash
# Brings the database's schema to what IMAGE wants, as the migrator, through a proxy beside us.
#   IMAGE=registry/taskflow@sha256:… PROJECT=… STAGE=prod BASE_URL=https://… deploy/migrate.sh
# Needs gcloud (signed in as the migrator), cloud-sql-proxy, docker and python3.
set -euo pipefail
cd "$(dirname "$0")/.."

ADDRESS=127.0.0.1:${PROXY_PORT:-5433}
TRIES=3

main() {
    read_url
    start_proxy
    migrate_patiently
    run python manage.py check --database default --fail-level ERROR
}

# The URL of the one who owns the tables; the service itself never sees it.
read_url() {
    DATABASE_URL=$(gcloud secrets versions access latest \
        --secret=taskflow-migrator-database-url --project="$PROJECT")
    export DATABASE_URL
    instance=$(python3 -m deploy.tcp_url --instance)
    DATABASE_URL=$(python3 -m deploy.tcp_url "$ADDRESS")
}

start_proxy() {
    cloud-sql-proxy --address "${ADDRESS%:*}" --port "${ADDRESS##*:}" "$instance" &
    proxy=$!
    trap 'kill "$proxy"; wait "$proxy" || true' EXIT
    for _ in $(seq 100); do
        if (: >"/dev/tcp/${ADDRESS%:*}/${ADDRESS##*:}") 2>/dev/null; then
            return
        fi
        kill -0 "$proxy" 2>/dev/null || say "The proxy to $instance ended; what is above says why."
        sleep 0.1
    done
    say "The proxy to $instance does not listen on $ADDRESS."
}

# A lock that somebody holds is waited for as long as the contract says, then tried again: a
# migration never queues up in front of the traffic.
migrate_patiently() {
    for attempt in $(seq "$TRIES"); do
        ! run python manage.py migrate --no-input || return 0
        echo "Attempt $attempt of $TRIES failed." >&2
    done
    say "The migrations fail; the schema is as the last one that passed left it. Nothing is deployed."
}

# The image that will serve, with secrets that are worth nothing: migrations need none of them.
run() {
    nonsense=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
    docker run --rm --network host \
        --env DATABASE_URL \
        --env ENV="${STAGE^^}" \
        --env BASE_URL="$BASE_URL" \
        --env SECRET_KEY="$nonsense$nonsense" \
        --env KEY_ENCRYPTION_KEYS="$nonsense" \
        --env ADMIN_API_KEY="$nonsense" \
        --env DB_STATEMENT_TIMEOUT_SECONDS=900 \
        "$IMAGE" "$@"
}

say() {
    echo "$1" >&2
    exit 1
}

main
