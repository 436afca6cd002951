"""One narrow row for each problem on the list: what the list filters by, counts and sorts by, worked out beforehand.

`problems/services/listed.py` keeps it true. What depends on the clock is not in it: only since when nobody was active.
"""

import datetime
from collections.abc import Collection, Iterator
from itertools import combinations_with_replacement
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, Index, IntegerField, Min, Q, Value, When
from django.db.models.lookups import In

from problems.addresses import address
from problems.models.problems import LETTERS, Category, Problem, difficulty_range
from problems.status import Status

NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)  # no null: the two databases sort those differently
RANGES = ("", *(f"{low}{high}" for low, high in combinations_with_replacement(LETTERS, 2)))

# Each trait of a problem and its values, of which exactly one holds. Together they make one number, `traits`: the list
# counts how many problems have each number in one pass, and every facet is added up from these few counts.
TRAITS: dict[str, dict[str, Q]] = {
    "difficulty": {both: Q(difficulty_low=both[:1], difficulty_high=both[1:]) for both in RANGES},
    "starred": {"unknown": Q(starred=None), "yes": Q(starred=True), "no": Q(starred=False)},
    "reported": {
        "": Q(reported=""),
        **{
            status.value: Q(reported=status.value)
            for status in (Status.RESULT_REPORTED, Status.REPRODUCED, Status.CONTESTED, Status.RESOLVED)
        },
    },
    "claims": {"none": Q(n_claims=0), "some": Q(n_claims__gt=0)},
    "work": {"none": Q(n_references=0), "some": Q(n_references__gt=0)},
    "help": {"no": Q(n_wishes=0), "yes": Q(n_wishes__gt=0)},
    "recipe": {
        "no": Q(n_recipes=0),
        "full": Q(n_recipes__gt=0, n_laptop_recipes=0),
        "laptop": Q(n_recipes__gt=0, n_laptop_recipes__gt=0),
    },
    "results": {
        "none": Q(n_runs=0),
        "runs": Q(n_runs__gt=0, n_succeeded_runs=0),
        "succeeded": Q(n_runs__gt=0, n_succeeded_runs__gt=0),
    },
    "predictions": {"none": Q(n_predictions=0), "some": Q(n_predictions__gt=0)},
    "discussion": {"none": Q(n_comments=0), "some": Q(n_comments__gt=0)},
}


def packed_traits() -> Any:
    """The place of each trait's value among its values, as the digits of one number."""
    total: Any = Value(0)
    weight = 1
    for values in TRAITS.values():
        rules = [
            When(condition, then=Value(place * weight)) for place, condition in enumerate(values.values()) if place
        ]
        total = total + Case(*rules, default=Value(0), output_field=IntegerField())
        weight *= len(values)
    return total


def traits_of(entry: "ListEntry") -> int:
    """The same number, from the columns of an entry."""
    rules = ((weight, TRAITS[name].values()) for name, (weight, _) in DIGITS.items())
    return sum(weight * [holds(rule, entry) for rule in some].index(True) for weight, some in rules)


def holds(rule: Q, entry: "ListEntry") -> bool:
    """Of a rule in TRAITS: each says that columns equal something, or exceed it."""
    said = ((*str(lookup).partition("__gt"), value) for lookup, value in rule.children)  # type: ignore[misc]
    return all(
        getattr(entry, name) > value if above else getattr(entry, name) == value for name, above, _, value in said
    )


def has_trait(name: str, values: Collection[str]) -> Q:
    """One of these values of a trait holds. Asked of the packed number, which stands in the indexes: then no database
    goes to the rows for it, whatever is asked."""
    weight, known = DIGITS[name]
    digit: Any = F("traits") / weight % len(known) if weight > 1 else F("traits") % len(known)
    return Q(In(digit, sorted(known.index(value) for value in values)))


# "Nothing is reported" said so that SQLite does not begin with the index of what is: it cannot know that little is.
SAID = TRAITS | {"reported": TRAITS["reported"] | {"": ~Q(reported__gt="")}}


def says_trait(name: str, values: Collection[str]) -> Q:
    """The same, asked of the columns: of those a database knows how common each value is, so it goes through a list in
    its order where much passes, and looks for what is rare. It knows nothing of the digits of a number."""
    return Q.create([SAID[name][value] for value in sorted(values)], Q.OR)


def digits() -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    weight = 1
    for name, values in TRAITS.items():
        yield name, (weight, tuple(values))
        weight *= len(values)


DIGITS = dict(digits())


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def claimed(self, now: datetime.datetime) -> Self:
        """Somebody works on it: a fresh claim."""
        return self.filter(is_claimed(now))

    def by_number(self) -> Self:
        return self.order_by("category_id", "index")

    def by_difficulty(self, *, hardest_first: bool = False) -> Self:
        """Unknown difficulty comes last either way."""
        return self.order_by("place_from_hardest" if hardest_first else "place_from_easiest", "category_id", "index")

    def by_activity(self) -> Self:
        """The one whose claim was active last comes first; never claimed ones keep the order of numbers."""
        return self.order_by("-claimed_at", "category_id", "index")

    def by_runs(self) -> Self:
        return self.order_by("-n_runs", "category_id", "index")

    def after(self, entry: "ListEntry") -> Self:
        """What follows an entry in the order of this list, whether or not it is part of the list itself.

        An order ends with the number, so no two entries have the same place.
        """
        return self.filter(follows(self.place_of(entry)))

    def before(self, entry: "ListEntry") -> Self:
        """What precedes it, the nearest first."""
        names = [name for name, _ in self.place_of(entry)]
        return self.order_by(*(name[1:] if name.startswith("-") else f"-{name}" for name in names)).after(entry)

    def place_of(self, entry: "ListEntry") -> list[tuple[str, Any]]:
        """The names that this list is ordered by, each with its value for an entry."""
        names = [str(name) for name in self.query.order_by]
        return [(name, getattr(entry, name.lstrip("-"))) for name in names]

    def subcategories(self) -> list[tuple[str, int]]:
        """Each with how many problems it has, in the order in which they first occur; "" last."""
        counted = self.order_by().values_list("subcategory").annotate(n=Count("*"), first=Min("index"))
        return [(name, n) for name, n, _ in sorted(counted, key=lambda found: (not found[0], found[2]))]

    def tallied_by_traits(self, now: datetime.datetime) -> models.QuerySet[Any, Any]:
        """For each combination of traits, apart for those that are claimed, marked by 1: how many have it.

        Of a part of the list, that is looked at in one go; see below for all of it.
        """
        claimed = Case(When(is_claimed(now), then=Value(1)), default=Value(0), output_field=IntegerField())
        return self.order_by().values_list("traits", claimed).annotate(n=Count("*"))

    def all_tallied_by_traits(self, now: datetime.datetime) -> models.QuerySet[Any, Any]:
        """For each combination of traits: how many have it, and again, marked by 1, how many of these are claimed.

        Asked apart, each is answered by an index that holds all it names: `list_by_traits` and `list_by_activity`.
        """
        every = self.order_by().values_list("traits", Value(0)).annotate(n=Count("*"))
        # Grouped by a sum: by the column alone, SQLite would go through all groups instead of those who are claimed.
        claimed = self.claimed(now).order_by().values_list(F("traits") + 0, Value(1)).annotate(n=Count("*"))
        return every.union(claimed, all=True)

    def tallied_by_category(self) -> models.QuerySet[Any, Any]:
        """For each subcategory and category: how many problems it has. In the order of the index `list_tally`."""
        return self.order_by().values_list("subcategory", "category_id").annotate(n=Count("*"))


def follows(place: list[tuple[str, Any]]) -> Q:
    """Later by the first name, or level by it and later by the others.

    Put so that both databases begin in the index at this place: said as one case or the other, SQLite collects both
    cases and sorts them.
    """
    (name, value), *others = place
    field, further = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    if not others:
        return Q(**{f"{field}__{further}": value})
    return Q(**{f"{field}__{further}e": value}) & (~Q(**{field: value}) | follows(others))


def is_claimed(now: datetime.datetime) -> Q:
    return Q(claimed_at__gte=now - datetime.timedelta(days=settings.CLAIM_FRESH_DAYS))


class ListEntry(models.Model):
    """A problem that is on the list: approved, and not merged into another."""

    problem = models.OneToOneField(Problem, primary_key=True, on_delete=models.CASCADE, related_name="entry")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="entries", db_index=False)
    index = models.PositiveIntegerField()
    subcategory = models.CharField(max_length=120, blank=True)
    difficulty_low = models.CharField(max_length=1, blank=True)
    difficulty_high = models.CharField(max_length=1, blank=True)
    place_from_easiest = models.PositiveSmallIntegerField(default=0)
    place_from_hardest = models.PositiveSmallIntegerField(default=0)
    starred = models.BooleanField(null=True)
    reported = models.CharField(max_length=16, blank=True, help_text="its status, if that rests on more than claims")
    claimed_at = models.DateTimeField(default=NEVER, help_text="when somebody who holds a claim was last active")
    n_claims = models.PositiveIntegerField(default=0, help_text="ever made, lapsed and imported ones too")
    n_references = models.PositiveIntegerField(default=0)
    n_wishes = models.PositiveIntegerField(default=0, help_text="open calls for help")
    n_predictions = models.PositiveIntegerField(default=0)
    n_comments = models.PositiveIntegerField(default=0)
    n_recipes = models.PositiveIntegerField(default=0)
    n_laptop_recipes = models.PositiveIntegerField(default=0)
    n_runs = models.PositiveIntegerField(default=0)
    n_succeeded_runs = models.PositiveIntegerField(default=0)
    n_findings = models.PositiveIntegerField(default=0)
    n_reproduced_findings = models.PositiveIntegerField(default=0)
    n_contested_findings = models.PositiveIntegerField(default=0)
    # Not generated by the database: SQLite then goes to the row for each, though the value stands in the index.
    traits = models.IntegerField(editable=False)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        ordering = ["category_id", "index"]  # not "category": that one joins, and no index serves a join
        indexes = [
            Index(fields=["category", "index"], name="list_by_number"),
            Index(fields=["subcategory", "category", "traits", "claimed_at"], name="list_tally"),
            Index(fields=["traits", "claimed_at"], name="list_by_traits"),
            Index(fields=["place_from_easiest", "category", "index"], name="list_by_easiest"),
            Index(fields=["place_from_hardest", "category", "index"], name="list_by_hardest"),
            Index(fields=["-claimed_at", "category", "index", "traits"], name="list_by_activity"),
            Index(fields=["-n_runs", "category", "index"], name="list_by_runs"),
            Index(fields=["reported", "category", "index"], name="list_by_reported"),
        ]
        constraints = [models.CheckConstraint(condition=Q(traits=packed_traits()), name="list_traits_are_true")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("problem", self.number)

    @property
    def number(self) -> str:
        return f"{self.category_id}.{self.index}"

    @property
    def difficulty(self) -> str:
        return difficulty_range(self.difficulty_low, self.difficulty_high)

    def status(self, now: datetime.datetime) -> Status:
        if self.reported:
            return Status(self.reported)
        fresh_since = now - datetime.timedelta(days=settings.CLAIM_FRESH_DAYS)
        return Status.BEING_WORKED_ON if self.claimed_at >= fresh_since else Status.OPEN
