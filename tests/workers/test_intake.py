"""Draining: the reading of wake-ups stops, and is taken up again, once for each change of mind."""

from collections.abc import Callable

import pytest

from workers.intake import Intake


class Consumer:
    """As much of Celery's consumer as is spoken to."""

    def __init__(self) -> None:
        self.queues = {"compute.cpu"}
        self.n_calls = 0

    def call_soon(self, change: Callable[[str], None], queue: str) -> None:
        self.n_calls += 1
        change(queue)

    def add_task_queue(self, queue: str) -> None:
        self.queues.add(queue)

    def cancel_task_queue(self, queue: str) -> None:
        self.queues.remove(queue)


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


@pytest.fixture
def intake(consumer: Consumer) -> Intake:
    intake = Intake("compute.cpu")
    intake.ready(sender=consumer)
    return intake


def test_queue_is_left_and_taken_up_again(intake: Intake, consumer: Consumer) -> None:
    seen = []
    for wanted in (False, True, True, False, False):
        intake.drain(wanted)
        seen.append((sorted(consumer.queues), consumer.n_calls))
    reading, leaving = ["compute.cpu"], list[str]()
    assert seen == [(reading, 0), (leaving, 1), (leaving, 1), (reading, 2), (reading, 2)]


def test_wish_told_before_the_reading_began_counts(consumer: Consumer) -> None:
    intake = Intake("compute.cpu")
    intake.drain(True)
    intake.ready(sender=consumer)
    assert consumer.queues == set()
