import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone


class ClaimForm(forms.Form):
    plan = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What you will try first, in a few lines. Others read it before they start.",
        error_messages={"required": "Say in a line or two what you will try."},
    )
    expected_on = forms.DateField(
        required=False,
        label="First result expected by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="May stay empty.",
    )

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
