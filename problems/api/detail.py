"""One problem: what the list says of it, and where it stands."""

from typing import Any

from rest_framework import generics, serializers

from problems.api.serializers import ProblemOutput
from problems.api.views import find_problem
from problems.models import Problem
from problems.selectors.export import complete
from problems.selectors.standing import standing_of
from problems.status import Status


class PartOutput(serializers.Serializer[dict[str, Any]]):
    letter = serializers.CharField()
    statement = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)


class StatusChangeOutput(serializers.Serializer[dict[str, Any]]):
    before = serializers.ChoiceField(choices=Status.choices)
    after = serializers.ChoiceField(choices=Status.choices)
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class ResolutionOutput(serializers.Serializer[dict[str, Any]]):
    part = serializers.CharField(allow_null=True, help_text="a letter, or null for the whole problem")
    run = serializers.IntegerField()
    reason = serializers.CharField()


class BacklogOutput(serializers.Serializer[dict[str, Any]]):
    """What the statement does not reflect yet."""

    comments = serializers.IntegerField()
    runs = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)


class ProblemDetailOutput(ProblemOutput):
    """A problem as the exports write it, and where it stands."""

    parts = PartOutput(many=True)
    status_history = StatusChangeOutput(many=True, help_text="the latest first")
    resolutions = ResolutionOutput(many=True)
    backlog = BacklogOutput()
    literature_checked_on = serializers.DateField(allow_null=True)
    revision = serializers.IntegerField(help_text="the number of the latest one, as in /problems/5.3/revisions/N/")

    def to_representation(self, instance: Problem) -> dict[str, Any]:
        return super().to_representation(instance) | standing_of(instance)


class ProblemDetail(generics.RetrieveAPIView[Problem]):
    queryset = Problem.objects.none()  # for the schema; see get_object
    serializer_class = ProblemDetailOutput
    lookup_field = "number"

    def get_object(self) -> Problem:
        return find_problem(self.kwargs["number"], complete(Problem.objects.visible_to(self.request.user)))
