import pytest

from experiments.protocol import LogEvent, ProgressEvent
from workers import outbox
from workers.outbox import EventTooLarge, Outbox


def log(text: str) -> LogEvent:
    return LogEvent(at="2026-01-01T00:00:00", text=text)


def progress(step: int) -> ProgressEvent:
    return ProgressEvent(phase="training", step=step, steps=100)


def test_a_batch_stays_the_same_until_it_is_stored() -> None:
    box = Outbox(epoch=4)
    box.add(log("one"))
    first = box.next_batch()
    box.add(log("two"))

    assert box.next_batch() is first
    box.stored()
    second = box.next_batch()
    assert first is not None and second is not None
    assert (first.epoch, first.seq, first.events) == (4, 0, [log("one")])
    assert (second.epoch, second.seq, second.events) == (4, 1, [log("two")])


def test_it_knows_whether_a_line_to_read_is_waiting() -> None:
    box = Outbox(epoch=1)
    box.add(progress(1))
    assert not box.has_log
    box.add(log("one"))
    assert box.has_log
    box.next_batch()
    box.add(progress(2))
    assert not box.has_log


def test_an_empty_outbox_has_no_batch() -> None:
    assert Outbox(epoch=1).next_batch() is None


def test_a_batch_holds_no_more_than_the_protocol_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_EVENTS", 3)
    box = Outbox(epoch=1)
    for number in range(7):
        box.add(log(str(number)))

    sizes = []
    while (batch := box.next_batch()) is not None:
        sizes.append(len(batch.events))
        box.stored()
    assert sizes == [3, 3, 1]


def test_a_batch_stays_below_the_limit_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_BATCH_BYTES", 10_000)
    box = Outbox(epoch=1)
    for _ in range(20):
        box.add(log("x" * 3000))

    while (batch := box.next_batch()) is not None:
        assert len(batch.model_dump_json()) < 10_000
        box.stored()
    assert len(box) == 0


def test_an_event_too_large_for_any_batch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_BATCH_BYTES", 10_000)
    with pytest.raises(EventTooLarge, match="at most 10000"):
        Outbox(epoch=1).add(log("x" * 12_000))


def test_only_the_newest_of_neighbouring_progress_events_goes_up() -> None:
    box = Outbox(epoch=1)
    for event in (progress(1), progress(2), log("between"), progress(3)):
        box.add(event)

    batch = box.next_batch()
    assert batch is not None
    assert batch.events == [progress(2), log("between"), progress(3)]
