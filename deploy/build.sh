#!/usr/bin/env bash
# Builds the image of this commit, pushes it as sha-COMMIT and tells its digest.
#   REGISTRY=region-docker.pkg.dev/project/taskflow GITHUB_SHA=… GITHUB_OUTPUT=… deploy/build.sh
# An image that is there already is taken: a tag is written once.
set -euo pipefail
cd "$(dirname "$0")/.."

name=$REGISTRY/taskflow
tag=$name:sha-$GITHUB_SHA

main() {
    gcloud auth configure-docker "${REGISTRY%%/*}" --quiet
    digest=$(pushed) || {
        docker build --tag "$tag" .
        docker push --quiet "$tag"
        digest=$(pushed)
    }
    {
        echo "name=$name"
        echo "digest=$digest"
        echo "image=$name@$digest"
    } >>"$GITHUB_OUTPUT"
}

pushed() {
    gcloud artifacts docker images describe "$tag" --format='value(image_summary.digest)' 2>/dev/null | grep '^sha256:'
}

main
