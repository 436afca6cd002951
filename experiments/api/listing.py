"""Filtered pages of rows, with a query that is checked like any other input."""

from collections.abc import Callable
from typing import Any, TypeVar

import django_filters
from django.db.models import Model, QuerySet
from pydantic import BaseModel
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.errors import InvalidBody
from experiments.models import Run, State, SubmittedRecipe

Row = TypeVar("Row", bound=Model)


class RunFilter(django_filters.FilterSet):
    problem = django_filters.CharFilter("recipe__problem__number")
    submitter = django_filters.CharFilter("submitter__username")
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    recipe = django_filters.NumberFilter("recipe", min_value=1, max_value=2**31)
    digest = django_filters.CharFilter("recipe__digest")

    class Meta:
        model = Run
        fields: list[str] = []


class RecipeFilter(django_filters.FilterSet):
    problem = django_filters.CharFilter("problem__number")
    author = django_filters.CharFilter("author__username")
    digest = django_filters.CharFilter("digest")
    size = django_filters.ChoiceFilter(choices=[("laptop", "laptop"), ("full", "full")])
    starter = django_filters.BooleanFilter("preset", method="filter_starter", label="ships with the project")

    class Meta:
        model = SubmittedRecipe
        fields: list[str] = []

    def filter_starter(self, recipes: Any, name: str, value: bool) -> Any:
        return recipes.starters() if value else recipes.filter(preset="")


class Pages(LimitOffsetPagination):
    default_limit = 50
    max_limit = 200


def page_of(
    request: Request,
    rows: QuerySet[Row],
    filters: type[django_filters.FilterSet],
    shape: Callable[[Row], BaseModel],
    view: APIView,
) -> Response:
    found = filters(request.GET, queryset=rows)
    if not found.is_valid():
        fields = {name: " ".join(map(str, messages)) for name, messages in found.errors.items()}
        raise InvalidBody("invalid", "; ".join(f"{name}: {text}" for name, text in fields.items()), fields=fields)
    pages = Pages()
    page = pages.paginate_queryset(found.qs, request, view=view) or []
    return pages.get_paginated_response([shape(row).model_dump(mode="json") for row in page])
