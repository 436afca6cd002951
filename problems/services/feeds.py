"""The secret in the address of a person's own feeds, as a feed reader cannot sign in."""

import secrets

from problems.models import User


def renew_feed_token(user: User) -> None:
    """Earlier addresses stop working."""
    user.feed_token = secrets.token_urlsafe(32)
    user.save(update_fields=["feed_token"])
