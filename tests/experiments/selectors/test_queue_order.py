"""The place that is shown is the one the dispatcher gives."""

import random

import pytest
from django.utils import timezone

from experiments.models import Shard
from experiments.selectors.waiting import PASSED_ON, why_shards_wait
from experiments.services import fair_share
from experiments.services.dispatch import dispatch
from tests.experiments.making import claim, make_person, make_run, make_worker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(3))
def test_places_are_the_order_of_the_dispatcher(seed, bob, broker) -> None:
    chance = random.Random(seed)
    holder = make_worker(bob, "holder", slots=9)
    for n in range(4):
        person = make_person(f"person-{n}")
        for _ in range(chance.randint(1, 2)):
            make_run(person, seeds=tuple(range(chance.randint(1, 4))), stack=1)
        for shard in Shard.objects.queued().filter(submitter=person)[: chance.randint(0, 1)]:
            claim(shard, holder)
        fair_share.charge(person.pk, seconds=chance.choice([0, 600, 700, 2500]), now=timezone.now())
    waiting = list(Shard.objects.queued().select_related(*PASSED_ON))
    places = {pk: wait.place for pk, wait in why_shards_wait(waiting).items()}
    make_worker(bob, slots=len(waiting) + 9)
    broker.clear()
    dispatch()
    assert [places[pk] for pk in broker.shards] == list(range(len(waiting)))
