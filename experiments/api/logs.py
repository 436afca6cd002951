"""The log of a run, line by line."""

import datetime

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer
from experiments.api.errors import InvalidBody
from experiments.api.results import whole
from experiments.api.runs import run_or_404
from experiments.models import RunEvent
from experiments.selectors.logs import MAX_LINES, log_after


class LogLine(BaseModel):
    number: int  # of the line in the log that was asked for
    at: datetime.datetime  # when the site stored it
    worker_clock: str  # when the worker wrote it, as it says
    shard: int | None  # its index within the run
    epoch: int  # the attempt
    kind: str  # "log", or "state" for a change of state
    old_state: str
    new_state: str
    text: str


class Log(BaseModel):
    lines: list[LogLine]
    after: int  # ask with ?after= this for what comes next
    is_whole: bool  # no more lines are there now
    ended: bool  # and, where this is true as well, none will come


class LogView(ApiView):
    @extend_schema(
        responses=Log,
        operation_id="runs_log",
        parameters=[
            OpenApiParameter("after", int, description="only lines stored after this one, as an earlier answer said"),
            OpenApiParameter("shard", int, description="only lines of the shard with this index"),
            OpenApiParameter("limit", int, description=f"at most so many lines, 1 to {MAX_LINES}"),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """The lines of the log and the changes of state, in order, kept over every attempt."""
        run = run_or_404(pk)
        shard = whole(request, "shard") if "shard" in request.GET else None
        limit = whole(request, "limit") if "limit" in request.GET else MAX_LINES
        if not 1 <= limit <= MAX_LINES:
            detail = f"limit: {limit}; allowed: 1 to {MAX_LINES}"
            raise InvalidBody("invalid", detail, fields={"limit": f"allowed: 1 to {MAX_LINES}"})
        part = log_after(run, whole(request, "after"), shard=shard, limit=limit)
        lines = [_line(number, event) for number, event in part.lines]
        return answer(Log(lines=lines, after=part.after, is_whole=part.is_whole, ended=run.is_ended))


def _line(number: int, event: RunEvent) -> LogLine:
    same = ("at", "worker_clock", "epoch", "kind", "old_state", "new_state", "text")
    shard = event.shard.index if event.shard else None
    return LogLine(number=number, shard=shard, **{name: getattr(event, name) for name in same})
