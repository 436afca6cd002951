"""A catalogue of any size with runs on it, written straight into the tables. The words of its texts are as unevenly
frequent as those of a language, and so is how much happens on a problem."""

import datetime
import math
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, islice
from typing import Any

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from experiments.models import Headline, Run, State, SubmittedRecipe
from experiments.recipe import recipe_from_toml
from experiments.recipe.budget import budget_of
from experiments.recipe.laptop import estimated_seconds
from experiments.services.recipes import resolved_data
from problems.models import Category, Claim, Comment, HelpWanted, Prediction, Problem, Reference, User
from problems.services.listed import rebuild
from tests.experiments.making import recipe_toml

N_CATEGORIES, N_SUBCATEGORIES, N_PEOPLE, N_WORDS = 30, 10, 1000, 20_000
DIFFICULTIES = ["", "A", "B", "C", "D", "AB", "BC", "CD"]
AT_ONCE = 5000


class LargeCatalogue:
    def __init__(self, n_problems: int, n_runs: int) -> None:
        self.n_problems, self.n_runs = n_problems, n_runs
        self.chance = random.Random(20_261_121)
        self.words = [self._word(n) for n in range(N_WORDS)]
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(N_WORDS)))
        self.now = timezone.now()

    def write(self) -> None:
        self.people = self._write(User, (User(username=f"person{n}") for n in range(N_PEOPLE)), N_PEOPLE)
        about = [Category(number=100 + n, name=f"Category {n}", motivation=self.text(60)) for n in range(N_CATEGORIES)]
        Category.objects.bulk_create(about)
        self.problems = self._write(Problem, map(self._problem, range(self.n_problems)), self.n_problems)
        self._about(0.3, self._claim, Claim)
        self._about(0.2, self._reference, Reference)
        self._about(0.15, self._comment, Comment)
        self._about(0.03, self._wish, HelpWanted)
        self._about(0.02, self._prediction, Prediction)
        self._write_runs()
        rebuild()
        if connection.vendor == "postgresql":  # it does so by itself, sooner or later; SQLite does not
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")

    def text(self, n: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=n)).capitalize() + "."

    def _word(self, n: int) -> str:
        chance = random.Random(n)
        return "".join(chance.choice("bcdfghklmnprstvw") + chance.choice("aeiou") for _ in range(chance.randint(2, 5)))

    def _problem(self, n: int) -> Problem:
        category, index = 100 + n % N_CATEGORIES, n // N_CATEGORIES + 1
        letters = self.chance.choices(DIFFICULTIES, [3, 2, 4, 3, 1, 1, 1, 1])[0]
        subcategory = index * N_CATEGORIES * N_SUBCATEGORIES // (self.n_problems + N_CATEGORIES)
        return Problem(
            category_id=category,
            index=index,
            number=f"{category}.{index}",
            subcategory="" if subcategory == 0 else f"Subcategory {category}-{subcategory}",
            statement=self.text(self.chance.randint(10, 40)),
            difficulty_low=letters[:1],
            difficulty_high=letters[-1:],
            starred=self.chance.choice([None, None, True, False]),
        )

    def _about(self, share: float, make: Callable[[int], models.Model], kind: type[models.Model]) -> None:
        chosen = [problem for problem in self.problems if self.chance.random() < share]
        self._write(kind, map(make, chosen), 0)

    def _claim(self, problem: int) -> Claim:
        moment = self.now - datetime.timedelta(days=self.chance.randint(0, 600))
        person = self.chance.choice(self.people)
        return Claim(problem_id=problem, claimant_id=person, plan=self.text(12), last_activity_at=moment)

    def _reference(self, problem: int) -> Reference:
        return Reference(problem_id=problem, kind="paper", title=self.text(8), note=self.text(10))

    def _comment(self, problem: int) -> Comment:
        return Comment(problem_id=problem, added_by_id=self.chance.choice(self.people), body=self.text(40))

    def _wish(self, problem: int) -> HelpWanted:
        return HelpWanted(problem_id=problem, kind="mentor", text=self.text(15))

    def _prediction(self, problem: int) -> Prediction:
        return Prediction(problem_id=problem, text=self.text(15), predicted_by="somebody")

    def _write_runs(self) -> None:
        """Recipes for half of the problems; a few of them carry most of the runs."""
        recipe = recipe_from_toml(recipe_toml())
        resolved, seconds = resolved_data(recipe), estimated_seconds(budget_of(recipe))
        with_recipe = [problem for problem in self.problems if self.chance.random() < 0.5]
        recipes = (
            SubmittedRecipe(
                problem_id=problem,
                title="A generated recipe",
                toml="",
                resolved=resolved,
                digest=f"{problem:064d}",
                size=self.chance.choice(["laptop", "full"]),
                laptop_seconds=seconds,
                laptop_rests_on="estimate",
            )
            for problem in with_recipe
        )
        keys = self._write(SubmittedRecipe, recipes, len(with_recipe))
        weights = list(accumulate(1 / (rank + 100) for rank in range(len(keys))))
        self._write(Run, (self._run(keys, weights) for _ in range(self.n_runs)), 0)
        self._write_headlines()

    def _run(self, recipes: list[int], weights: list[float]) -> Run:
        state = self.chance.choices([State.SUCCEEDED, State.FAILED, State.CANCELLED], [8, 1, 1])[0]
        recipe = self.chance.choices(recipes, cum_weights=weights)[0]
        return Run(recipe_id=recipe, submitter_id=self.chance.choice(self.people), state=state, ended_at=self.now)

    def _write_headlines(self) -> None:
        """Of the runs that lists show: the newest of each recipe that succeeded."""
        points = [(step, math.exp(-step / 200)) for step in range(0, 600, 10)]
        newest = Run.objects.succeeded().order_by().values_list("recipe").annotate(run=Max("pk"))
        self._write(Headline, (Headline(run_id=run, name="test loss", points=points) for _, run in newest), 0)

    def _write(self, kind: type[models.Model], rows: Iterable[Any], n: int) -> list[int]:
        """Their keys, in their order, if their number `n` is given."""
        for some in _in_parts(rows):
            kind._default_manager.bulk_create(some)
        keys = kind._default_manager.order_by("-pk").values_list("pk", flat=True)[:n]
        return list(reversed(keys)) if n else []


def _in_parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        yield some
