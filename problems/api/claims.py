"""Claiming and noting by token: the same forms and services as the page."""

from typing import cast

from django import forms
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from problems.api.serializers import ClaimInput, ClaimOutput, NoteInput
from problems.api.views import find_problem
from problems.forms import ClaimForm, NoteForm
from problems.models import Claim, ClaimEvent, Problem, User
from problems.selectors.export import export_claim
from problems.services.claim_cap import is_at_cap
from problems.services.claims import claim_problem, kind_of, note_on_claim
from problems.services.limits import LimitReached


class ClaimCreate(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=ClaimInput, responses={200: ClaimOutput, 201: ClaimOutput})
    def post(self, request: Request, number: str) -> Response:
        """Claims a problem: 201 for a first claim, 200 when it renews or changes your earlier one."""
        claimant = cast(User, request.user)
        problem = find_problem(number, Problem.objects.visible_to(claimant))
        given = ClaimInput(data=request.data)
        given.is_valid(raise_exception=True)

        own = Claim.objects.filter(problem=problem, claimant=claimant).first()
        asks_reason = kind_of(own) != ClaimEvent.Kind.CHANGED and is_at_cap(claimant)
        form = ClaimForm(given.validated_data, problem=problem, asks_reason=asks_reason)
        refuse_mistakes(form)
        try:
            claim = claim_problem(problem, claimant, **form.cleaned_data)
        except LimitReached as refusal:
            raise Throttled(refusal.retry_after_seconds, str(refusal)) from refusal
        return Response(export_claim(claim), status=201 if own is None else 200)


class NoteCreate(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(request=NoteInput, responses={200: ClaimOutput})
    def post(self, request: Request, number: str) -> Response:
        """Adds a note to your claim, which is fresh again."""
        held = Claim.objects.held().filter(claimant=cast(User, request.user), problem__number=number)
        own = held.select_related("problem", "claimant").first()
        if own is None:
            raise Http404(f"You hold no claim on a problem {number}.")
        given = NoteInput(data=request.data)
        given.is_valid(raise_exception=True)
        form = NoteForm(given.validated_data)
        refuse_mistakes(form)
        note_on_claim(own, text=form.cleaned_data["text"])
        own.refresh_from_db()
        return Response(export_claim(own))


def refuse_mistakes(form: forms.Form) -> None:
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
