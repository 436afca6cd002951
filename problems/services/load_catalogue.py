"""Puts the shipped catalogue into the database, as often as you like.

Three versions meet: the files, what was last loaded from them (`imported`), and what is stored. A field that still
holds what was last loaded takes the value of the files; a field that a person changed since keeps the person's value.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from problems.models import Alias, Category, Claim, Idea, ListEntry, Prediction, Problem, Reference, Resource
from problems.services.catalogue_files import (
    SHIPPED,
    BadCatalogue,
    Values,
    parse_claim,
    parse_idea,
    parse_prediction,
    parse_problem,
    parse_resource,
    read_categories,
    read_rows,
)
from problems.services.listed import rebuild

M = TypeVar("M", bound=models.Model)
REASON = "loaded from the catalogue files"


@transaction.atomic
def load_catalogue(folder: Path = SHIPPED) -> Counter[str]:
    """Loads every file; returns how many of each kind were "created", "updated" and "kept" as a person changed them."""
    counts: Counter[str] = Counter()
    for values in read_categories(folder):
        key = {"number": values["number"]}
        counts[merge(find_or_new(Category, **key), values, kind="categories")] += 1
    load_problems(folder, counts)
    load_claims(folder, counts)
    load_references(folder, counts)
    load_predictions(folder, counts)
    load_ideas(folder, counts)
    load_resources(folder, counts)
    if ListEntry.objects.count() == 0 or any(not label.endswith("unchanged") for label in counts):
        rebuild()
    return counts


def load_problems(folder: Path, counts: Counter[str]) -> None:
    rows = read_rows(folder, "problems.csv", parse_problem)
    stored = {problem.number: problem for problem in Problem.objects.prefetch_related("see_also")}
    linked = []
    for row in rows:
        see_also, post_number, number = row.pop("see_also"), row.pop("post_number"), row.pop("number")
        category, index = (int(part) for part in number.split("."))
        problem = stored.get(number) or Problem(number=number, category_id=category, index=index)
        counts[merge(problem, row, kind="problems")] += 1
        stored[number] = problem
        linked.append((problem, see_also))
        if post_number and post_number != number:
            Alias.objects.get_or_create(problem=problem, number=post_number, source=f"post-{category}")

    for problem, see_also in linked:  # only now do all of them exist
        merge_links(problem, "see_also", see_also, by=stored, key="number")


def load_claims(folder: Path, counts: Counter[str]) -> None:
    """Only claims that were made before this site; nobody can change those here, so the files are the truth."""
    problems = problems_by_number()
    for row in read_rows(folder, "claims.csv", parse_claim):
        problem = find_problem(problems, row.pop("number"), "claims.csv")
        name = row.pop("imported_name")
        _, created = Claim.objects.update_or_create(
            problem=problem, imported_name=name, is_imported=True, defaults=row, create_defaults=row
        )
        counts["claims created" if created else "claims unchanged"] += 1


def load_references(folder: Path, counts: Counter[str]) -> None:
    problems = problems_by_number()
    removed = set(Reference.history.filter(history_type="-").values_list("problem_id", "title"))
    for row in read_rows(folder, "references.csv", dict):
        problem = find_problem(problems, row.pop("number"), "references.csv")
        if (problem.pk, row["title"]) in removed:
            counts["references kept"] += 1
            continue
        reference = find_or_new(Reference, problem=problem, title=row.pop("title"))
        counts[merge(reference, row, kind="references")] += 1


def load_predictions(folder: Path, counts: Counter[str]) -> None:
    problems = problems_by_number()
    for row in read_rows(folder, "predictions.csv", parse_prediction):
        row["problem"] = find_problem(problems, row.pop("number"), "predictions.csv")
        _, created = Prediction.objects.get_or_create(**row)
        counts["predictions created" if created else "predictions unchanged"] += 1


def load_ideas(folder: Path, counts: Counter[str]) -> None:
    problems = problems_by_number()
    ideas: dict[str, Idea] = {}
    for row in read_rows(folder, "ideas.csv", parse_idea):
        related, original, title = row.pop("related_problems"), row.pop("duplicate_of"), row.pop("title")
        if original and original not in ideas:
            raise BadCatalogue(f"ideas.csv: {title!r} is a duplicate of {original!r}, which is no earlier row")
        row["duplicate_of_id"] = ideas[original].pk if original else None
        idea = find_or_new(Idea, title=title)
        counts[merge(idea, row, kind="ideas")] += 1
        merge_links(idea, "related_problems", related, by=problems, key="number")
        ideas[title] = idea


def load_resources(folder: Path, counts: Counter[str]) -> None:
    categories = Category.objects.in_bulk()
    for row in read_rows(folder, "resources.csv", parse_resource):
        numbers, name = row.pop("categories"), row.pop("name")
        resource = find_or_new(Resource, name=name)
        counts[merge(resource, row, kind="resources")] += 1
        merge_links(resource, "categories", numbers, by=categories, key="number")


def merge(instance: Any, values: Values, *, kind: str) -> str:
    """Brings the untouched fields of `instance` up to `values` and saves it if that changed anything."""
    is_new = instance._state.adding
    touched = [name for name in values if not is_new and getattr(instance, name) != instance.imported.get(name)]
    changed = [name for name in values if name not in touched and getattr(instance, name) != values[name]]
    for name in changed:
        setattr(instance, name, values[name])

    links = {name: value for name, value in instance.imported.items() if name not in values}
    if is_new or changed or instance.imported != {**links, **values}:
        instance.imported = {**links, **values}
        instance._change_reason = REASON
        instance.save()
    if is_new:
        return f"{kind} created"
    return f"{kind} updated" if changed else f"{kind} kept" if touched else f"{kind} unchanged"


def merge_links(instance: Any, name: str, wanted: list[Any], *, by: dict[Any, Any], key: str) -> None:
    """The same for links to other rows, which are compared by their `key`."""
    loaded = instance.imported.get(name, [])
    if not wanted and not loaded:
        return
    missing = [item for item in wanted if item not in by]
    if missing:
        raise BadCatalogue(f"{instance}: {name} has {missing}, which do not exist")

    links = getattr(instance, name)
    current = sorted(getattr(item, key) for item in links.all())
    if current != sorted(loaded) or current == sorted(wanted):
        return
    links.set([by[item] for item in wanted])
    instance.imported = {**instance.imported, name: sorted(wanted)}
    type(instance)._default_manager.filter(pk=instance.pk).update(imported=instance.imported)


def find_or_new(model: type[M], **key: Any) -> M:
    return model._default_manager.filter(**key).first() or model(**key)


def problems_by_number() -> dict[str, Problem]:
    return {problem.number: problem for problem in Problem.objects.all()}


def find_problem(problems: dict[str, Problem], number: str, file: str) -> Problem:
    if number not in problems:
        raise BadCatalogue(f"{file}: there is no problem {number}")
    return problems[number]


def describe(counts: Counter[str]) -> Iterable[str]:
    """One line a kind, such as "problems: 339 unchanged"."""
    kinds: dict[str, list[str]] = {}
    for label, n in counts.items():
        kind, _, what = label.partition(" ")
        kinds.setdefault(kind, []).append(f"{n} {what}")
    return [f"{kind}: {', '.join(parts)}" for kind, parts in kinds.items()]
