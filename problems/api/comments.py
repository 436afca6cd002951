"""The discussion of a problem, to read and to write by token."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from problems.api.claims import refuse_mistakes
from problems.api.views import find_problem
from problems.contribution_forms import CommentForm
from problems.models import Comment, Problem, User
from problems.selectors.discussion import comment_asked_for, in_threads
from problems.services.discussion import add_comment
from problems.services.limits import LimitReached


class CommentOutput(serializers.ModelSerializer[Comment]):
    url = serializers.CharField(source="get_absolute_url")
    author = serializers.CharField(source="added_by.username", allow_null=True, default=None)
    answers = serializers.IntegerField(source="answers_id", allow_null=True, help_text="the first of its thread")
    body = serializers.CharField(help_text="Markdown; empty once removed")

    class Meta:
        model = Comment
        fields = ("id", "url", "author", "answers", "body", "created_at", "edited_at", "removed_at", "approval")


class CommentInput(serializers.Serializer[dict[str, Any]]):
    body = serializers.CharField(max_length=20_000, help_text="Markdown; $...$ is maths")
    answers = serializers.IntegerField(required=False, help_text="the id of the comment that it answers")


class ProblemComments(generics.ListAPIView[Comment]):
    """Thread by thread, the oldest first; what awaits approval is in it and says so."""

    queryset = Comment.objects.none()  # for the schema; see get_queryset
    serializer_class = CommentOutput

    def get_queryset(self) -> "QuerySet[Comment]":
        return in_threads(self.problem, self.request.user)

    @property
    def problem(self) -> Problem:
        return find_problem(self.kwargs["number"], Problem.objects.visible_to(self.request.user))

    @extend_schema(request=CommentInput, responses={201: CommentOutput})
    def post(self, request: Request, number: str) -> Response:
        """Adds a comment."""
        problem = self.problem
        given = CommentInput(data=request.data)
        given.is_valid(raise_exception=True)
        form = CommentForm(given.validated_data)
        refuse_mistakes(form)
        asked = form.cleaned_data["answers"]
        answered = comment_asked_for(str(asked), problem, request.user) if asked else None
        if asked and answered is None:
            raise serializers.ValidationError({"answers": [f"There is no comment {asked} on problem {number}."]})
        author = cast(User, request.user)
        try:
            made = add_comment(author=author, body=form.cleaned_data["body"], problem=problem, answers=answered)
        except LimitReached as refusal:
            raise Throttled(refusal.retry_after_seconds, str(refusal)) from refusal
        return Response(CommentOutput(made).data, status=201)


class CommentDetail(generics.RetrieveAPIView[Comment]):
    queryset = Comment.objects.none()  # for the schema; see get_queryset
    serializer_class = CommentOutput

    def get_queryset(self) -> "QuerySet[Comment]":
        return Comment.objects.visible_to(self.request.user).select_related("added_by")
