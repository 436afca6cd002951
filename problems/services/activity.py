"""One line for each event that people follow. Services call it; what awaits approval makes none until it has it."""

from problems.models import Activity, Idea, Problem, User

LONGEST_TEXT = 300


def record_activity(
    *,
    kind: Activity.Kind,
    actor: User | None,
    text: str,
    url: str,
    problem: Problem | None = None,
    idea: Idea | None = None,
    is_of_import: bool = False,
) -> Activity:
    """`text` says what happened without who and where, on one line; `url` is the path of the place it happened."""
    line = " ".join(text.split())
    shown = line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"
    return Activity.objects.create(
        kind=kind, problem=problem, idea=idea, actor=actor, text=shown, url=url, is_of_import=is_of_import
    )
