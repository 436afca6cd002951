"""Forms of claims: what one plans, how it goes."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from problems.models import Part, Problem
from problems.services.claim_cap import cap_in_words


class ClaimForm(forms.Form):
    """Asks for parts where the problem has some, and for a reason where an account holds as many claims as it may."""

    plan = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What you will try first, in a few lines. Others read it before they start.",
        error_messages={"required": "Say in a line or two what you will try."},
    )
    parts = forms.ModelMultipleChoiceField(
        queryset=Part.objects.none(),
        to_field_name="letter",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None means the whole problem.",
    )
    expected_on = forms.DateField(
        required=False,
        label="First result expected by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="May stay empty.",
    )
    over_cap_reason = forms.CharField(
        max_length=1000,
        label="Why one more",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why you need one more claim, or release one that you have left."},
    )

    def __init__(self, *args: Any, problem: Problem, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts: forms.ModelMultipleChoiceField[Part] = self.fields["parts"]  # type: ignore[assignment]
        parts.queryset = problem.parts.all()
        if not parts.queryset:
            del self.fields["parts"]
        self.fields["over_cap_reason"].help_text = cap_in_words()
        if not asks_reason:
            del self.fields["over_cap_reason"]

    def clean_expected_on(self) -> datetime.date | None:
        expected_on: datetime.date | None = self.cleaned_data["expected_on"]
        if expected_on and expected_on < timezone.now().date():
            raise ValidationError("This date has passed. Give a later one or leave it empty.")
        return expected_on


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=2000,
        label="Progress note",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write a line about where you are."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "note_%s"
