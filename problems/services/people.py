"""A person's own page, choices and leaving."""

from django.db import transaction
from django.utils import timezone

from problems.models import Claim, User
from problems.services.digests import choose_digest
from problems.services.listed import relist
from problems.services.status_history import note_status

LEFT = "A person left the site; what they made stays."


def describe_yourself(user: User, *, display_name: str, role: str, about: str) -> None:
    user.display_name, user.role, user.about = display_name, role, about
    user.save(update_fields=["display_name", "role", "about"])


@transaction.atomic
def choose_settings(user: User, *, email: str, digest: str, wants_claim_mail: bool) -> None:
    user.email, user.wants_claim_mail = email, wants_claim_mail
    user.save(update_fields=["email", "wants_claim_mail"])
    choose_digest(user, digest=digest, now=timezone.now())


@transaction.atomic
def leave_site(user: User) -> None:
    """Deletes the account with its address, tokens, saved filters and what it followed. Contributions stay, without
    a name; claims that were held are released, as nobody can be on them any more."""
    held = list(Claim.objects.held().filter(claimant=user).select_related("problem"))
    Claim.objects.filter(pk__in=[claim.pk for claim in held]).update(released_at=timezone.now())
    user.delete()
    for claim in held:
        relist(claim.problem_id)
        note_status(claim.problem, reason=LEFT)
