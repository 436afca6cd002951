"""What a year of use leaves on the shipped catalogue: starter recipes and their runs with curves, claims of every age,
threads with Markdown and maths, references, calls for help, what waits for approval, parts, a resolution.

It is written straight into the tables. How much happens on a problem is uneven: a few carry most of it.
"""

import datetime
import math
import random
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
from django.db.models import Model
from django.utils import timezone

from experiments.columns import pack
from experiments.models import MeasurementChunk, Run, Shard, State, SubmittedRecipe
from experiments.services.headlines import headline_of, keep_headline
from experiments.services.recipes import load_presets
from problems.models import (
    Activity,
    Claim,
    Comment,
    HelpWanted,
    Idea,
    Part,
    Prediction,
    Problem,
    Proposal,
    Reference,
    Resolution,
    User,
)
from problems.services.listed import rebuild

N_PEOPLE, N_CLAIMS, N_REFERENCES, N_COMMENTS, N_WISHES = 60, 400, 500, 1200, 40
POINTS = 200
REMARKS = [
    "I looked at this for a week. The **first head** does most of the work, see run {run}.",
    "With $d_{{model}} = 64$ the loss falls as $L(n) \\approx a n^{{-\\alpha}} + c$, and @person{person} saw the same.",
    "> does it hold on other seeds?\n\nIt does on three of four:\n\n- seed 0\n- seed 1\n- seed 3, *later*",
    "See https://example.org/notes/{run} and `blocks.0.attn.W_Q`. What happens without weight decay?",
]


class LivedIn:
    def __init__(self) -> None:
        self.chance = random.Random(339)
        self.now = timezone.now()

    def write(self) -> None:
        load_presets()
        about = "I read *circuits*, one $W_{QK}$ at a time."
        people = (User(username=f"person{n}", about=about) for n in range(N_PEOPLE))
        self.people = User.objects.bulk_create(people)
        self.problems = list(Problem.objects.order_by("pk"))
        self._write_runs()
        self._write(Claim, N_CLAIMS, self._claim, ignore_conflicts=True)
        self._write(Reference, N_REFERENCES, self._reference)
        self._write(Comment, N_COMMENTS, self._comment)
        self._write(HelpWanted, N_WISHES, self._wish)
        self._write(Activity, N_COMMENTS, self._activity)
        self._answer()
        self._curate()
        rebuild()

    def _write(self, kind: type[Model], n: int, make: Callable[[], Model], **options: Any) -> None:
        kind._default_manager.bulk_create([make() for _ in range(n)], **options)

    def _problem(self) -> Problem:
        """A tenth of the problems carries about a third of what happens."""
        place = self.chance.random() ** 2
        return self.problems[int(place * len(self.problems)) * 7 % len(self.problems)]

    def _person(self) -> User:
        return self.chance.choice(self.people)

    def _moment(self, days: int = 365) -> datetime.datetime:
        return self.now - datetime.timedelta(days=days * self.chance.random() ** 2)

    def _approval(self) -> str:
        return self.chance.choices(["approved", "pending", "rejected"], [90, 7, 3])[0]

    def _claim(self) -> Claim:
        plan = "First the heads, one by one.\nThen the paths between them."
        return Claim(problem=self._problem(), claimant=self._person(), plan=plan, last_activity_at=self._moment())

    def _reference(self) -> Reference:
        own = {"added_by": self._person(), "approval": self._approval()}
        title = f"A circuit for this in a model of {self.chance.random():.9f} billion parameters"
        note = "They ablate each head, https://example.org/paper"
        kind = self.chance.choice(Reference.Kind.values)
        return Reference(problem=self._problem(), kind=kind, title=title, url="https://example.org", note=note, **own)

    def _comment(self) -> Comment:
        said = self.chance.choice(REMARKS).format(run=self.chance.choice(self.runs), person=self.chance.randrange(9))
        own = {"added_by": self._person(), "approval": self._approval()}
        return Comment(problem=self._problem(), body=said, **own)

    def _wish(self) -> HelpWanted:
        own = {"added_by": self._person(), "approval": self._approval()}
        return HelpWanted(problem=self._problem(), kind="mentor", text="An hour a week, on the plots.", **own)

    def _activity(self) -> Activity:
        own = {"actor": self._person(), "at": self._moment()}
        return Activity(problem=self._problem(), kind=Activity.Kind.COMMENTED, text="I looked at this.", url="/", **own)

    def _answer(self) -> None:
        """A third of the comments answer the first one of their problem."""
        for problem in self.problems:
            first, *others = [*problem.comments.order_by("pk").values_list("pk", flat=True), 0]
            Comment.objects.filter(pk__in=others[::3]).update(answers=first)

    def _curate(self) -> None:
        busy, other = self.problems[0], self.problems[7]
        for letter in "abc":
            Part.objects.create(problem=busy, letter=letter, statement=f"What does layer {letter} do when $n > 2$?")
        Prediction.objects.create(problem=busy, text="Two heads suffice.", predicted_by="person1")
        Resolution.objects.create(problem=other, run=self.runs[0], reason="It is shown.", signed_by=self._person())
        category = busy.category
        Proposal.objects.create(category=category, statement="Why?", added_by=self._person(), approval="pending")
        for idea in Idea.objects.all():
            idea.related_problems.add(busy, other)

    def _write_runs(self) -> None:
        """One to four runs of most recipes, nearly all of them measured to the end."""
        recipes = [r for r in SubmittedRecipe.objects.all() for _ in range(self.chance.randint(0, 4))]
        self.runs = [self._run(recipe).pk for recipe in recipes]

    def _run(self, recipe: SubmittedRecipe) -> Run:
        state = self.chance.choices([State.SUCCEEDED, State.FAILED, State.RUNNING], [8, 1, 1])[0]
        ended_at = None if state == State.RUNNING else self._moment()
        run = Run.objects.create(recipe=recipe, submitter=self._person(), state=state, ended_at=ended_at)
        shard = Shard.objects.create(run=run, index=0, seeds=[0, 1], steps=POINTS * 10, state=state)
        _write_curve(shard, *headline_of(recipe.resolved))
        if run.is_ended:
            keep_headline(run)
        return run


def _write_curve(shard: Shard, measure: str, split: str) -> None:
    rows = [(seed, 10 * n, math.exp(-n / 40) + seed / 100) for seed in shard.seeds for n in range(POINTS)]
    seeds, steps, values = (list(column) for column in zip(*rows, strict=True))
    labels: dict[str, Iterable[str]] = {"measure": [measure] * len(rows), "split": [split] * len(rows)}
    table = pa.table({"seed": seeds, "step": steps, "value": values, "component": [""] * len(rows), **labels})
    MeasurementChunk.objects.create(
        shard=shard, epoch=1, seq=0, first_step=0, last_step=steps[-1], n_rows=len(rows), data=pack(table)
    )
