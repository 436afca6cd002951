"""A filter reads traits off the packed number: it must find what the columns say."""

import random

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.http import QueryDict

from problems.filters import CHOICES, ProblemFilter, chosen_values
from problems.models import ListEntry, Problem
from problems.models.entries import TRAITS, has_trait, traits_of
from problems.services.listed import rebuild
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
    yield
    rebuild()


@pytest.mark.parametrize("name", TRAITS)
def test_each_value_of_a_trait_is_found_by_its_digit(name):
    values = list(TRAITS[name])
    by_column = {value: set(ListEntry.objects.filter(TRAITS[name][value])) for value in values}
    for value in values:
        assert set(ListEntry.objects.filter(has_trait(name, [value]))) == by_column[value], value
    both = by_column[values[0]] | by_column[values[-1]]
    assert set(ListEntry.objects.filter(has_trait(name, [values[-1], values[0]]))) == both


@pytest.mark.parametrize(("name", "value"), [(n, one.value) for n, some in CHOICES.items() for one in some])
def test_each_choice_finds_what_its_values_say(name, value):
    found = ProblemFilter(QueryDict(f"{name}={'%3F' if value == '?' else value}"))
    entries = {entry.pk: entry for entry in ListEntry.objects.all()}
    for entry in found.found:
        del entries[entry.pk]
        assert value_of(entry, name, found.now) in chosen_values(name, value)
    assert not any(value_of(entry, name, found.now) in chosen_values(name, value) for entry in entries.values())


def value_of(entry, name, now):
    status = entry.status(now)
    if name == "status":
        return status.value
    if name == "claimed":
        entry.reported = ""
        return "claimed" if entry.status(now) == Status.BEING_WORKED_ON else "free"
    columns = {f.name: Value(getattr(entry, f.attname), output_field=f) for f in ListEntry._meta.concrete_fields}
    return next(value for value, rule in TRAITS[name].items() if rule.check({**columns, "pk": entry.pk}))


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
