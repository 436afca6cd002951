"""Any filters together: what is found and every count beside a choice, against going through the list one by one."""

import datetime
import random
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from problems.filters import BLANK, CHOICES, NOT_BLANK, SEVERAL, ProblemFilter
from problems.models import LETTERS, Category, ListEntry, Problem
from problems.models.entries import NEVER, traits_of
from problems.selectors.facets import facets_of, tally

pytestmark = pytest.mark.django_db

N_PROBLEMS = 120
COUNTED = ("n_claims", "n_references", "n_wishes", "n_predictions", "n_comments")


@pytest.fixture
def entries(db):
    """A list in which everything occurs beside everything else."""
    chance = random.Random(0)
    categories = [Category.objects.create(number=n, name=f"Category {n}") for n in (1, 2, 3)]
    made = [entry_of(i, categories[i % 3], chance) for i in range(N_PROBLEMS)]
    ListEntry.objects.bulk_create(made)
    return list(ListEntry.objects.all())


def entry_of(i: int, category: Category, chance: random.Random) -> ListEntry:
    problem = Problem.objects.create(category=category, index=i, number=f"{category.pk}.{i}", statement="Why?")
    low, high = sorted(chance.choices(LETTERS, k=2)) if chance.random() < 0.8 else ("", "")
    n_recipes, n_runs = chance.randrange(2), chance.randrange(2)
    ago = datetime.timedelta(days=chance.choice([1, 29, 31, 200]))
    entry = ListEntry(
        problem=problem,
        category=category,
        index=i,
        subcategory=chance.choice(["", "Heads", "Neurons"]),
        difficulty_low=low,
        difficulty_high=high,
        starred=chance.choice([True, False, None]),
        reported=chance.choice(["", "", "result-reported", "reproduced", "contested", "resolved"]),
        claimed_at=chance.choice([NEVER, timezone.now() - ago]),
        n_recipes=n_recipes,
        n_laptop_recipes=n_recipes and chance.randrange(2),
        n_runs=n_runs,
        n_succeeded_runs=n_runs and chance.randrange(2),
        **{name: chance.randrange(2) for name in COUNTED},
    )
    entry.traits = traits_of(entry)
    return entry


def passes(entry: ListEntry, name: str, value: str) -> bool:
    """One choice of one filter, said anew in plain words."""
    is_claimed = timezone.now() - entry.claimed_at <= datetime.timedelta(days=30)
    is_known = bool(entry.difficulty_low)
    status = entry.reported or ("being-worked-on" if is_claimed else "open")
    some: dict[str, Any] = {"claims": entry.n_claims, "work": entry.n_references}
    some |= {"predictions": entry.n_predictions, "discussion": entry.n_comments}
    if name in some:
        return bool(some[name]) == (value == "some")
    match name, value:
        case "difficulty", "?":
            return not is_known
        case "difficulty", "known":
            return is_known
        case "difficulty", letter:
            return is_known and entry.difficulty_low <= letter <= entry.difficulty_high
        case "starred", "known":
            return entry.starred is not None
        case "starred", _:
            return {True: "yes", False: "no", None: "unknown"}[entry.starred] == value
        case "status", _:
            return status == value
        case "claimed", _:
            return is_claimed == (value == "claimed")
        case "help", _:
            return bool(entry.n_wishes) == (value == "yes")
        case "recipe", "laptop":
            return bool(entry.n_laptop_recipes)
        case "recipe", _:
            return bool(entry.n_recipes) == (value == "yes")
        case "results", "succeeded":
            return bool(entry.n_succeeded_runs)
        case "results", _:
            return bool(entry.n_runs) == (value == "some")
        case "category", _:
            return str(entry.category_id) == value
        case "subcategory", ("-" | "*"):
            return bool(entry.subcategory) == (value == NOT_BLANK)
    return entry.subcategory == value


def any_filters() -> st.SearchStrategy[dict[str, list[str]]]:
    """Some filters with one value, or several where several may be chosen."""
    values = {name: [choice.value for choice in choices] for name, choices in CHOICES.items()}
    values |= {"category": ["1", "2", "3"], "subcategory": [BLANK, NOT_BLANK, "Heads", "Neurons"]}
    one = {
        name: st.lists(st.sampled_from(known), min_size=1, max_size=3 if name in SEVERAL else 1, unique=True)
        for name, known in values.items()
    }
    return st.fixed_dictionaries({}, optional=one)


def found_by(entries: list[ListEntry], chosen: dict[str, list[str]]) -> set[int]:
    return {
        entry.pk
        for entry in entries
        if all(any(passes(entry, name, value) for value in values) for name, values in chosen.items())
    }


@given(chosen=any_filters())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_combination_is_counted_as_one_by_one(entries, chosen):
    params = QueryDict(mutable=True)
    for name, values in chosen.items():
        params.setlist(name, values)
    asked = ProblemFilter(params)
    counted = tally(asked)
    assert set(asked.found.values_list("pk", flat=True)) == found_by(entries, chosen)
    assert counted.n == len(found_by(entries, chosen))
    for facet in facets_of(asked, counted):
        others = {name: values for name, values in chosen.items() if name != facet.name}
        if facet.name == "category":
            others.pop("subcategory", None)
        for option in facet.options:
            wanted = len(found_by(entries, others | {facet.name: [option.value]}))
            assert option.n == wanted, (facet.name, option.value)
