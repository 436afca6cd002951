"""What a curator types into the operator's pages."""

from typing import Any

from django import forms

from experiments.services.pauses import CLASSES
from experiments.services.quotas import SETTINGS, QuotaName, default_limit
from problems.models import User

HOUR, GIB = 3600, 2**30


class PauseForm(forms.Form):
    """A hardware class or a person, one of both."""

    hardware_class = forms.ChoiceField(
        required=False, choices=[("", "-"), *((name, name) for name in CLASSES)], label="Hardware class"
    )
    handle = forms.CharField(required=False, max_length=40, label="Or the handle of a person")
    reason = forms.CharField(max_length=300, help_text="Everybody who looks at a run that waits reads it.")

    person: User | None = None

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"].removeprefix("@")
        self.person = User.objects.filter(username__iexact=handle).first() if handle else None
        if handle and self.person is None:
            raise forms.ValidationError(f"There is nobody with the handle {handle}.")
        return handle

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "handle" in given and bool(given["handle"]) == bool(given.get("hardware_class")):
            raise forms.ValidationError("Name a hardware class or a person, one of both.")
        return given


class QuotaForm(forms.Form):
    """In hours and GiB, as people count them."""

    running_shards = forms.IntegerField(required=False, min_value=0, max_value=10**6, label="Shards running at once")
    live_shards = forms.IntegerField(required=False, min_value=0, max_value=10**6, label="Shards waiting or running")
    device_hours_per_week = forms.IntegerField(required=False, min_value=0, max_value=10**6)
    stored_gib = forms.IntegerField(required=False, min_value=0, max_value=10**6, label="Space for files, in GiB")
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = {name: default_limit(name) for name in SETTINGS}
        defaults["device_seconds_per_week"] //= HOUR
        defaults["stored_bytes"] //= GIB
        for field, default in zip(list(self.fields)[:4], defaults.values(), strict=True):
            self.fields[field].help_text = f"The site's setting is {default}."

    def limits(self) -> dict[QuotaName, int | None]:
        given = self.cleaned_data
        hours, gib = given["device_hours_per_week"], given["stored_gib"]
        return {
            "running_shards": given["running_shards"],
            "live_shards": given["live_shards"],
            "device_seconds_per_week": None if hours is None else hours * HOUR,
            "stored_bytes": None if gib is None else gib * GIB,
        }
