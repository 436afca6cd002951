"""Twenty people and their shards in the database of a running house. A process of its own, with the house's settings.

`warm` has each worker carry out a few, so that everything is loaded. `submit N` queues N shards of a trivial recipe;
`watch` says every other second how many are left, and when none is, what each of them took: one JSON object a line.
"""

import json
import sys
import time

import django

N_PEOPLE = 20
SHARDS_PER_RUN = 50
LOOK_SECONDS = 2.0  # a look itself takes time on the processor, which is not the site's
RECIPE = """
title = "Three steps of very little"
problem = "5.3"
seeds = {seeds}
stack = 1
[task]
name = "modular-addition"
modulus = 5
[model]
name = "transformer"
d_model = 8
n_heads = 2
d_mlp = 8
[training]
steps = 3
[checkpoints]
schedule = "at"
at = [3]
[measure_at]
schedule = "at"
at = [3]
[[measures]]
name = "loss"
split = "test"
"""


def warm() -> None:
    from experiments.models import Run
    from experiments.services.recipes import submit_recipe
    from experiments.services.runs import submit_run
    from problems.models import User

    early = User.objects.create_user("early", password=None)
    run = submit_run(recipe=submit_recipe(author=early, toml=RECIPE.format(seeds=list(range(32)))), submitter=early)
    while Run.objects.live().filter(pk=run.pk).exists():
        time.sleep(0.5)


def submit(n_shards: int) -> None:
    from django.db import transaction

    from experiments.services.recipes import submit_recipe
    from experiments.services.runs import submit_run
    from problems.models import User

    with transaction.atomic():  # nobody is served before everybody is there
        for person in range(N_PEOPLE):
            user = User.objects.create_user(f"person-{person}", password=None)
            left = n_shards // N_PEOPLE
            while left:
                n_seeds = min(left, SHARDS_PER_RUN)
                recipe = submit_recipe(author=user, toml=RECIPE.format(seeds=list(range(n_seeds))))
                submit_run(recipe=recipe, submitter=user)
                left -= n_seeds


def watch() -> None:
    from experiments.models import Shard

    ours = Shard.objects.filter(submitter__username__startswith="person-")
    while n_left := ours.live().count():
        tell(n_left=n_left)
        time.sleep(LOOK_SECONDS)
    columns = ("submitter", "worker", "leases__granted_at", "leases__ended_at", "device_seconds", "attempts", "state")
    rows = ours.order_by("leases__granted_at").values_list(*columns)
    tell(shards=[[user, worker, a.timestamp(), b.timestamp(), *rest] for user, worker, a, b, *rest in rows])


def tell(**said: object) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["warm"]:
            warm()
        case ["submit", n_shards]:
            submit(int(n_shards))
        case ["watch"]:
            watch()
