from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics

from problems.api.serializers import ProblemOutput
from problems.filters import ProblemFilter
from problems.models import ListEntry, Problem
from problems.selectors.export import complete_in_order


class ProblemList(generics.ListAPIView[ListEntry]):
    """Problems, filtered as on the page."""

    queryset = ListEntry.objects.all()
    serializer_class = ProblemOutput  # type: ignore[assignment]  # a page of entries is shown as their problems
    filter_backends = [DjangoFilterBackend]
    filterset_class = ProblemFilter

    def paginate_queryset(self, queryset: Any) -> Any:
        entries = super().paginate_queryset(queryset)
        return list(complete_in_order(entry.pk for entry in entries or []))


def find_problem(number: str, problems: "QuerySet[Problem]") -> Problem:
    problem = problems.filter(number=number).first()
    if problem is None:
        raise Http404(f"There is no problem {number}.")
    return problem
