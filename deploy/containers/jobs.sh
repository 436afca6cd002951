#!/bin/sh
# The site's own jobs with the clock that starts them. There must be one of these, and no more.
exec celery -A deploy.site_jobs worker --beat --queues=site --pool=threads --concurrency=4 \
    --schedule="${CIRCUITBOARD_DATA_DIR:-.data}/schedule" --hostname="site@$(hostname)" \
    --loglevel=INFO --without-gossip --without-mingle --without-heartbeat
