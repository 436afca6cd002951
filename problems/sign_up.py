from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context
from django.core.exceptions import ValidationError

from problems.network import network_address
from problems.services.limits import LimitReached, spend


class SignUpForm(SignupForm):  # type: ignore[misc]  # has no types
    """Counts the accounts that one network address makes."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                spend("sign-ups", by=network_address(context.request))
            except LimitReached as error:
                raise ValidationError(str(error)) from error
        return values
