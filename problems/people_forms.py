from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from problems.models import Digest, User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["display_name", "role", "about"]
        widgets = {"about": forms.Textarea(attrs={"rows": 6, "maxlength": 2000})}
        labels = {"display_name": "Name", "role": "What you do"}
        help_texts = {
            "display_name": "Shown beside your handle. May stay empty.",
            "role": "Such as student or research engineer. May stay empty.",
            "about": "Markdown; $...$ is maths. What you work on, and where else to find you.",
        }


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "digest", "wants_claim_mail"]
        widgets = {"digest": forms.RadioSelect}
        help_texts = {
            "email": "Never shown and never exported. Without one there is no mail.",
            "digest": "What is new where you watch. Nothing new, no mail.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].choices = Digest.choices  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        others = User.objects.exclude(pk=self.instance.pk)
        if email and others.filter(email__iexact=email).exists():
            raise ValidationError("Another account has this address.")
        return email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("digest") not in (None, Digest.NEVER) and not values.get("email"):
            self.add_error("email", "Give an address for the digest, or choose “never”.")
        return values


class LeaveForm(forms.Form):
    """Typing the handle is what asks once."""

    handle = forms.CharField(max_length=40, label="Type your handle to confirm")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"]).removeprefix("@")
        if handle != self.user.username:
            raise ValidationError(f"This is not your handle. Yours is {self.user.username}.")
        return handle
