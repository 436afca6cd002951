#!/bin/sh
# Asked by the container engine: is this process still at work? `healthy.sh web|jobs|worker`.
set -eu

case $1 in
web)
    exec python -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/health/live/", timeout=8)'
    ;;
jobs)
    exec celery -A deploy.site_jobs inspect ping --destination "site@$(hostname)" --timeout 8
    ;;
worker)
    # The thread that announces the worker touches this file each time, heard or not.
    exec test -n "$(find "$CIRCUITBOARD_WORKER_DIR.announced" -newermt '-60 seconds')"
    ;;
esac
echo "healthy.sh knows web, jobs and worker, not $1" >&2
exit 2
