from typing import cast

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from problems.api.serializers import ClaimInput, ClaimOutput, ProblemOutput
from problems.filters import ProblemFilter
from problems.models import Problem, User
from problems.selectors.export import complete, export_claim
from problems.services.claims import claim_problem


class ProblemList(generics.ListAPIView[Problem]):
    """Problems, filtered as on the page."""

    queryset = Problem.objects.none()  # for the schema; see get_queryset
    serializer_class = ProblemOutput
    filter_backends = [DjangoFilterBackend]
    filterset_class = ProblemFilter

    def get_queryset(self) -> "QuerySet[Problem]":
        return complete(Problem.objects.all())


class ProblemDetail(generics.RetrieveAPIView[Problem]):
    queryset = Problem.objects.none()
    serializer_class = ProblemOutput
    lookup_field = "number"

    def get_queryset(self) -> "QuerySet[Problem]":
        return complete(Problem.objects.all())

    def get_object(self) -> Problem:
        return find_problem(self.kwargs["number"], self.get_queryset())


class ClaimCreate(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=ClaimInput, responses={200: ClaimOutput, 201: ClaimOutput})
    def post(self, request: Request, number: str) -> Response:
        """Claims a problem: 201 for a first claim, 200 when it renews or changes your earlier one."""
        problem = find_problem(number, Problem.objects.all())
        given = ClaimInput(data=request.data)
        given.is_valid(raise_exception=True)

        claimant = cast(User, request.user)
        is_first = not problem.claims.filter(claimant=claimant).exists()
        claim = claim_problem(problem, claimant, **given.validated_data)
        return Response(export_claim(claim), status=201 if is_first else 200)


def find_problem(number: str, problems: "QuerySet[Problem]") -> Problem:
    problem = problems.filter(number=number).first()
    if problem is None:
        raise Http404(f"There is no problem {number}.")
    return problem
