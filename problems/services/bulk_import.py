"""Importing a list of problems: first what it would change, then exactly that."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from problems.models import Activity, Alias, Category, CuratorAct, Problem, User
from problems.services.activity import record_activity
from problems.services.audit import record_act
from problems.services.listed import reindex
from problems.services.lists import ListedRow, raw_rows, read_list
from problems.services.numbers import add_problem


class DataMoved(Exception):
    """What would change is no longer what was shown; nothing was changed."""


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ChangedProblem:
    row: ListedRow
    problem: Problem
    changes: list[FieldChange]


@dataclass
class Plan:
    """What an import would do, worked out from the list and from what is stored."""

    created: list[ListedRow] = field(default_factory=list)
    changed: list[ChangedProblem] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def does_something(self) -> bool:
        return bool(self.created or self.changed)

    @property
    def digest(self) -> str:
        """Equal for equal plans: the confirmation carries that of the plan which was shown."""
        said = [
            [(row.number, sorted(row.values.items()), row.see_also, row.post_number) for row in self.created],
            [(c.row.number, [(f.field, f.before, f.after) for f in c.changes]) for c in self.changed],
            self.unchanged,
            self.refused,
        ]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def plan_import(text: str) -> Plan:
    """Raises BadList if the text cannot be read at all."""
    found = read_list(text)
    numbers = [row.number for row in found.rows]
    known = Problem.objects.prefetch_related("see_also", "aliases").in_bulk(numbers, field_name="number")
    plan = Plan(refused=found.refused, notes=found.notes)
    for row in found.rows:
        problem = known.get(row.number)
        if problem is None:
            plan.created.append(row)
            continue
        changes = changes_of(problem, row)
        if changes:
            plan.changed.append(ChangedProblem(row, problem, changes))
        else:
            plan.unchanged.append(row.number)
    return plan


def changes_of(problem: Problem, row: ListedRow) -> list[FieldChange]:
    changes = [
        FieldChange(name, getattr(problem, name), value)
        for name, value in row.values.items()
        if getattr(problem, name) != value
    ]
    linked = tuple(sorted(other.number for other in problem.see_also.all()))
    if row.see_also is not None and row.see_also != linked:
        changes.append(FieldChange("see_also", "; ".join(linked), "; ".join(row.see_also)))
    if row.post_number and row.post_number not in {alias.number for alias in problem.aliases.all()}:
        changes.append(FieldChange("post_number", "", row.post_number))
    return changes


@transaction.atomic
def import_list(text: str, *, digest: str, curator: User, reason: str) -> Plan:
    """Carries out the plan whose digest is given; raises DataMoved if it would be another one now."""
    list(Category.objects.select_for_update().order_by("number"))  # no problem is added meanwhile
    listed = [row["number"] for row in raw_rows(text)]
    list(Problem.objects.select_for_update().filter(number__in=listed).order_by("pk"))  # nor one of these revised
    plan = plan_import(text)
    if plan.digest != digest:
        raise DataMoved("The catalogue was changed meanwhile. Look at what the list would change now.")

    problems = {row.number: create(row, curator, reason) for row in plan.created}
    for changed in plan.changed:
        revise(changed, reason)
        problems[changed.row.number] = changed.problem
    rows = [*plan.created, *(changed.row for changed in plan.changed)]
    link(rows, problems)
    tell(plan, problems, curator, reason)
    reindex(*(problem.pk for problem in problems.values()))
    return plan


def create(row: ListedRow, curator: User, reason: str) -> Problem:
    category, index = row.number.split(".")
    return add_problem(
        category=Category.objects.get(number=category),
        index=int(index),
        added_by=curator,
        reason=f"imported: {reason}",
        **row.values,
    )


def revise(changed: ChangedProblem, reason: str) -> None:
    fields = {change.field: change.after for change in changed.changes if change.field in changed.row.values}
    if not fields:
        return
    for name, value in fields.items():
        setattr(changed.problem, name, value)
    changed.problem._change_reason = f"imported: {reason}"[:100]  # type: ignore[attr-defined]
    changed.problem.save(update_fields=list(fields))


def link(rows: list[ListedRow], problems: Mapping[str, Problem]) -> None:
    """Only now do all problems of the list exist."""
    named = {number for row in rows for number in row.see_also or ()}
    others = Problem.objects.in_bulk(list(named), field_name="number")
    for row in rows:
        problem = problems[row.number]
        if row.see_also is not None:
            problem.see_also.set(others[number] for number in row.see_also)
        if row.post_number:
            Alias.objects.get_or_create(problem=problem, number=row.post_number, source=f"post-{problem.category_id}")


def tell(plan: Plan, problems: Mapping[str, Problem], curator: User, reason: str) -> None:
    """Those who watch a problem hear of it; all others of the import as a whole."""
    kinds = {row.number: Activity.Kind.PROBLEM for row in plan.created}
    is_many = len(problems) > 1
    for number, problem in problems.items():
        kind = kinds.get(number, Activity.Kind.REVISED)
        text = problem.statement if number in kinds else f"imported: {reason}"
        url = problem.get_absolute_url()
        record_activity(kind=kind, actor=curator, text=text, url=url, problem=problem, is_of_import=is_many)
    counted = f"{len(plan.created)} created, {len(plan.changed)} changed"
    if is_many:
        record_activity(kind=Activity.Kind.IMPORTED, actor=curator, text=f"{counted}: {reason}", url="/problems/")
    subject = f"a list: {counted}, {len(plan.refused)} refused"
    record_act(CuratorAct.Kind.IMPORTED, curator=curator, subject=subject, url="/problems/", reason=reason)
