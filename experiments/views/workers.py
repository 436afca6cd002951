"""Who computes, and what waits."""

import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from experiments.models import HELD, Shard, Worker

GONE_AFTER = datetime.timedelta(days=14)  # a worker silent for longer is no longer listed


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    listed = Worker.objects.filter(last_seen__gte=now - GONE_AFTER).select_related("token__owner")
    held = Shard.objects.filter(state__in=HELD, worker__in=listed).select_related("run__recipe")
    alive = set(Worker.objects.alive(now).values_list("pk", flat=True))
    lines: list[dict[str, Any]] = [
        {"worker": worker, "is_alive": worker.pk in alive, "shards": [s for s in held if s.worker_id == worker.pk]}
        for worker in listed.order_by("-last_seen", "name")
    ]
    queue = Shard.objects.queued().values("hardware_class").order_by("hardware_class")
    context = {"lines": lines, "queue": queue.annotate(n=Count("pk"), oldest=Min("queued_at"))}
    return render(request, "experiments/workers.html", context)
