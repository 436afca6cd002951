"""A curator lets nothing new start, on a class or for a person. What runs goes on; what waits keeps its place."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from experiments.models import Pause, Shard
from experiments.services.refusals import Conflict, Forbidden, Unprocessable
from experiments.services.wake_ups import wake_dispatcher
from problems.models import User

CLASSES = ("cpu", "gpu")


def may_operate(user: User) -> bool:
    return bool(user.is_authenticated and (user.is_curator or user.is_superuser))


def pause_class(*, hardware_class: str, reason: str, by: User) -> Pause:
    if hardware_class not in CLASSES:
        allowed = ", ".join(CLASSES)
        raise Unprocessable("invalid", f"hardware_class is {hardware_class!r}; allowed: {allowed}")
    return _pause(reason, by, hardware_class=hardware_class)


def pause_person(*, user: User, reason: str, by: User) -> Pause:
    return _pause(reason, by, user=user)


def lift_pause(*, pause: Pause, by: User) -> Pause:
    """What waited is offered again at once. Lifting twice changes nothing."""
    _check_may_operate(by)
    with transaction.atomic():
        pause = Pause.objects.select_for_update().get(pk=pause.pk)
        if pause.lifted_at is None:
            pause.lifted_at, pause.lifted_by = timezone.now(), by
            pause.save(update_fields=["lifted_at", "lifted_by"])
            transaction.on_commit(wake_dispatcher)
    return pause


def _pause(reason: str, by: User, *, hardware_class: str = "", user: User | None = None) -> Pause:
    _check_may_operate(by)
    reason = reason.strip()
    if not reason:
        raise Unprocessable("invalid", "Say why: who waits reads it.", fields={"reason": "must not be empty"})
    with transaction.atomic():
        in_force = Pause.objects.in_force().filter(hardware_class=hardware_class, user=user)
        pause, is_new = in_force.get_or_create(
            hardware_class=hardware_class,
            user=user,
            lifted_at=None,
            defaults={"reason": reason[:300], "paused_by": by},
        )
        if not is_new:
            raise Conflict("already_paused", f"{pause.what[0].upper()}{pause.what[1:]} is paused already.")
    return pause


def _check_may_operate(by: User) -> None:
    if not may_operate(by):
        raise Forbidden("not_a_curator", "Only a curator may pause a hardware class or a person, and lift a pause.")


class Paused(NamedTuple):
    classes: dict[str, Pause]
    people: dict[int, Pause]


def what_is_paused() -> Paused:
    in_force = list(Pause.objects.in_force())
    return Paused(
        classes={pause.hardware_class: pause for pause in in_force if pause.hardware_class},
        people={pause.user_id: pause for pause in in_force if pause.user_id is not None},
    )


def check_not_paused(shard: Shard, *, hardware_class: str) -> None:
    """Refuses a claim that a pause stands against; one that was on its way when the pause came, for instance."""
    against = Q(hardware_class=hardware_class)
    if shard.submitter_id:
        against |= Q(user=shard.submitter_id)
    in_force = Pause.objects.in_force().filter(against).first()
    if in_force:
        raise Conflict("paused", f"{in_force.what} is paused: {in_force.reason}")
