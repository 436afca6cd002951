from typing import Any

from django import forms
from django.db.models import QuerySet

from problems.models import CuratorAct, Standing, User

REASON_MISSING = "Give a reason. It is kept, and whom it concerns reads it."


def reason_field(**options: Any) -> forms.CharField:
    attrs = {"rows": 2}
    messages = {"required": REASON_MISSING}
    return forms.CharField(max_length=1000, widget=forms.Textarea(attrs=attrs), error_messages=messages, **options)


class ReasonForm(forms.Form):
    reason = reason_field()


class StandingForm(forms.Form):
    standing = forms.ChoiceField(
        choices=[
            (Standing.NEW, "as earned: by time and approved contributions"),
            (Standing.TRUSTED, "trusted: what they add needs no approval"),
            (Standing.CURATOR, "curator: may approve, edit and merge"),
        ],
        widget=forms.RadioSelect,
    )
    is_expert = forms.BooleanField(
        required=False,
        label="Verified expert",
        help_text="You know who this is and that they work in the field. The badge gives no rights.",
    )
    approve_waiting = forms.BooleanField(required=False, label="Approve what they have waiting")
    reason = reason_field()

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        held = Standing.CURATOR if member.is_curator else Standing.TRUSTED if member.is_trusted else Standing.NEW
        kwargs["initial"] = {"standing": held, "is_expert": member.is_verified_expert}
        super().__init__(*args, **kwargs)

    def clean_standing(self) -> Standing:
        return Standing(self.cleaned_data["standing"])


class ActFilterForm(forms.Form):
    """The filters of the audit page; what is empty narrows nothing, what is unknown finds nothing."""

    kind = forms.ChoiceField(required=False, choices=[("", "all acts"), *CuratorAct.Kind.choices])
    curator = forms.CharField(required=False, max_length=40, label="Curator")
    about = forms.CharField(required=False, max_length=40, label="Member")
    problem = forms.CharField(required=False, max_length=12, label="Problem")
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    LOOKUPS = {
        "kind": "kind",
        "curator": "curator__username__iexact",
        "about": "about__username__iexact",
        "problem": "problem__number",
        "since": "at__date__gte",
    }

    def narrow(self, acts: "QuerySet[CuratorAct]") -> "QuerySet[CuratorAct]":
        self.is_valid()
        for name, lookup in self.LOOKUPS.items():
            value = self.cleaned_data.get(name)
            if value:
                acts = acts.filter(**{lookup: str(value).removeprefix("@") if isinstance(value, str) else value})
        return acts
