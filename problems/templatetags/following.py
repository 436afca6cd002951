from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser

from problems.models import User
from problems.services.following import is_following

register = template.Library()


@register.simple_tag
def is_watched(user: User | AnonymousUser, **thing: Any) -> bool:
    """Whether somebody watches one thing: `{% is_watched user category=category as is_following %}`."""
    return bool(user.is_authenticated and is_following(user, **thing))
