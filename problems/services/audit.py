"""The audit trail of what curators do. Each of their services leaves one line."""

from problems.models import CuratorAct, Problem, User

LONGEST_SUBJECT = 300


def record_act(
    kind: CuratorAct.Kind,
    *,
    curator: User,
    subject: str,
    url: str,
    reason: str,
    problem: Problem | None = None,
    about: User | None = None,
) -> CuratorAct:
    """`about` is the member whose contribution or standing it was: they are told."""
    line = " ".join(subject.split())
    shown = line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
    return CuratorAct.objects.create(
        kind=kind, curator=curator, subject=shown, url=url, reason=reason, problem=problem, about=about
    )
