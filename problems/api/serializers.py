from typing import Any

from rest_framework import serializers

from problems.models import LETTERS, Problem
from problems.selectors.export import export_problem
from problems.status import Status


class ClaimOutput(serializers.Serializer[dict[str, Any]]):
    who = serializers.CharField(help_text="a handle, or a name as published for a claim made before this site")
    started = serializers.CharField(help_text="as precise as it is known: 2023-04-14, 2023-04 or 2023")
    last_activity = serializers.CharField()
    freshness = serializers.CharField()
    plan = serializers.CharField()
    expected = serializers.DateField(allow_null=True)


class ReferenceOutput(serializers.Serializer[dict[str, Any]]):
    kind = serializers.CharField()
    sign = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)


class HelpWantedOutput(serializers.Serializer[dict[str, Any]]):
    kind = serializers.CharField()
    text = serializers.CharField()


class ProblemOutput(serializers.Serializer[Problem]):
    """A problem as the exports write it."""

    number = serializers.CharField(help_text="text: 1.10 is not 1.1")
    url = serializers.CharField()
    category = serializers.CharField()
    subcategory = serializers.CharField(allow_blank=True)
    statement = serializers.CharField()
    difficulty = serializers.CharField(
        allow_blank=True, help_text=f"one of {', '.join(LETTERS)}, a range such as B-C, or empty when not known"
    )
    difficulty_source = serializers.CharField(allow_blank=True)
    starred = serializers.BooleanField(allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices)
    aliases = serializers.ListField(child=serializers.CharField())
    see_also = serializers.ListField(child=serializers.CharField())
    claims = ClaimOutput(many=True)
    references = ReferenceOutput(many=True)
    help_wanted = HelpWantedOutput(many=True)
    recipes = serializers.IntegerField()
    runs = serializers.IntegerField()
    succeeded_runs = serializers.IntegerField()

    def to_representation(self, instance: Problem) -> dict[str, Any]:
        return export_problem(instance)


class ClaimInput(serializers.Serializer[dict[str, Any]]):
    """The same rules as the form of the page."""

    plan = serializers.CharField(max_length=4000)
    expected_on = serializers.DateField(required=False, allow_null=True)
    parts = serializers.ListField(
        child=serializers.CharField(max_length=1), required=False, help_text="letters; none means the whole problem"
    )
    over_cap_reason = serializers.CharField(
        max_length=1000, required=False, help_text="asked of a new account that holds as many fresh claims as it may"
    )


class NoteInput(serializers.Serializer[dict[str, Any]]):
    text = serializers.CharField(max_length=2000)
