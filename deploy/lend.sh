#!/bin/sh
# Lends this machine's worker to a member's account: `lend.sh HANDLE`. The token goes straight into its secret.
set -eu

cd "$(dirname "$0")"
docker compose -f compose.yaml run --rm --no-deps -T web python manage.py create_worker_token --owner "$1" \
    > secrets/worker_token
