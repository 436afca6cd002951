"""Runs: what was asked for, how far it is, and calling it off."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer, member
from experiments.api.listing import RunFilter, page_of
from experiments.api.shapes import RunDetail, RunPage, run_detail, run_item
from experiments.models import Run
from experiments.services.runs import request_cancel


class RunsView(ApiView):
    @extend_schema(responses=RunPage, operation_id="runs_list")
    def get(self, request: Request) -> Response:
        """Runs, newest first. Filters: problem, submitter, state (repeatable), recipe, digest; limit and offset."""
        runs = Run.objects.select_related("recipe__problem", "submitter").order_by("-pk")
        return page_of(request, runs, RunFilter, run_item, self)


class RunView(ApiView):
    @extend_schema(responses=RunDetail, operation_id="runs_read")
    def get(self, request: Request, pk: int) -> Response:
        """A run with its shards: their state, why they wait, what became of them."""
        return answer(run_detail(run_or_404(pk)))


class CancelRunView(ApiView):
    @extend_schema(request=None, responses=RunDetail, operation_id="runs_cancel")
    def post(self, request: Request, pk: int) -> Response:
        """Call a run off. What waits ends at once, what a worker holds within seconds."""
        run = request_cancel(run=run_or_404(pk), by=member(request))
        return answer(run_detail(run))


def run_or_404(pk: int) -> Run:
    run = Run.objects.select_related("recipe__problem", "submitter").filter(pk=pk).first()
    if run is None:
        raise Http404(f"There is no run {pk}.")
    return run
