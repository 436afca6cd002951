"""A filter reads traits off the packed number: it must find what the columns say."""

import random

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict

from problems.filters import CHOICES, ProblemFilter, chosen_values
from problems.models import ListEntry, Problem
from problems.models.entries import TRAITS, has_trait, traits_of
from problems.status import Status

pytestmark = pytest.mark.django_db

COUNTS = [field.name for field in ListEntry._meta.concrete_fields if field.name.startswith("n_")]


@pytest.fixture(autouse=True)
def varied(catalogue):
    """Entries of every kind."""
    chance = random.Random(5)
    statuses = ["", *(status.value for status in Status if status not in (Status.OPEN, Status.BEING_WORKED_ON))]
    for entry in ListEntry.objects.all():
        for name in COUNTS:
            setattr(entry, name, chance.choice([0, 0, 2]))
        entry.reported = chance.choice(statuses)
        entry.traits = traits_of(entry)
        entry.save()


def test_each_value_of_a_trait_is_found_by_its_digit():
    for name, values in TRAITS.items():
        by_column = {value: set(ListEntry.objects.filter(rule)) for value, rule in values.items()}
        for value, entries in by_column.items():
            assert set(ListEntry.objects.filter(has_trait(name, [value]))) == entries, (name, value)
        first, last = list(values)[0], list(values)[-1]
        assert set(ListEntry.objects.filter(has_trait(name, [last, first]))) == by_column[first] | by_column[last], name


def test_each_choice_finds_what_its_values_say():
    for name, value in [(name, choice.value) for name, choices in CHOICES.items() for choice in choices]:
        found = ProblemFilter(QueryDict(f"{name}={'%3F' if value == '?' else value}"))
        said = values_of_all(name, found.now)
        assert len(said) == ListEntry.objects.count()
        wanted = chosen_values(name, value)
        expected = {pk for pk, one in said.items() if one in wanted}
        assert {entry.pk for entry in found.found} == expected, (name, value)


def values_of_all(name, now):
    """What the columns say, by entry."""
    if name == "status":
        return {entry.pk: entry.status(now).value for entry in ListEntry.objects.all()}
    if name == "claimed":
        return {entry.pk: "claimed" if is_claimed(entry, now) else "free" for entry in ListEntry.objects.all()}
    return {pk: one for one, rule in TRAITS[name].items() for (pk,) in ListEntry.objects.filter(rule).values_list("pk")}


def is_claimed(entry, now):
    entry.reported = ""
    return entry.status(now) == Status.BEING_WORKED_ON


def test_the_database_refuses_a_number_that_the_columns_do_not_say():
    entry = ListEntry.objects.latest("pk")
    with pytest.raises(IntegrityError, match="list_traits_are_true"), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).update(traits=entry.traits + 1)


def test_two_filters_share_nothing_that_changes():
    first, second = ProblemFilter(QueryDict("difficulty=B")), ProblemFilter(QueryDict("difficulty=?"))
    assert first.filters["difficulty"].parent is first and second.filters["difficulty"].parent is second
    assert first.chosen == {"difficulty": ["B"]} and second.chosen == {"difficulty": ["?"]}
    assert {entry.difficulty for entry in second.found} == {""} != {entry.difficulty for entry in first.found}
    assert Problem.objects.filter(pk__in=first.found.values("pk")).exists()
