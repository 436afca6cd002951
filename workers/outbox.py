"""Events on their way to the site: gathered, cut into batches, numbered within the epoch."""

from experiments.protocol import MAX_BATCH_BYTES, Event, EventBatch, LogEvent, ProgressEvent

MAX_EVENTS = 5000
ROOM_FOR_THE_ENVELOPE = 1024


class EventTooLarge(Exception):
    """A single event does not fit in a batch."""


class Outbox:
    """A batch keeps its number and its content until it is stored, so that sending it again is harmless."""

    def __init__(self, epoch: int) -> None:
        self._epoch, self._seq = epoch, 0
        self._events: list[tuple[Event, int]] = []
        self._batch: EventBatch | None = None
        self._n_bytes = 0
        self.has_log = False  # among what waits there are lines that somebody may be reading

    def __len__(self) -> int:
        return len(self._events) + (len(self._batch.events) if self._batch else 0)

    @property
    def is_full(self) -> bool:
        """What waits for its number makes a batch already."""
        return self._n_bytes >= MAX_BATCH_BYTES // 2

    @property
    def has_one_left(self) -> bool:
        """Nothing waits behind the oldest batch."""
        return not self._events

    def add(self, event: Event) -> None:
        n_bytes = len(event.model_dump_json()) + 1
        if n_bytes > MAX_BATCH_BYTES - ROOM_FOR_THE_ENVELOPE:
            raise EventTooLarge(f"a {event.kind} event of {n_bytes} bytes; at most {MAX_BATCH_BYTES} fit in a batch")
        if isinstance(event, ProgressEvent) and self._events and isinstance(self._events[-1][0], ProgressEvent):
            self._n_bytes -= self._events.pop()[1]  # only the newest progress is worth a row
        self._events.append((event, n_bytes))
        self._n_bytes += n_bytes
        self.has_log = self.has_log or isinstance(event, LogEvent)

    def next_batch(self) -> EventBatch | None:
        """The oldest batch that is not stored yet; the same one until `stored()` is called."""
        if self._batch is None and self._events:
            self._batch = EventBatch(epoch=self._epoch, seq=self._seq, events=self._take())
        return self._batch

    def stored(self) -> None:
        self._batch = None
        self._seq += 1

    def _take(self) -> list[Event]:
        room = MAX_BATCH_BYTES - ROOM_FOR_THE_ENVELOPE
        count = 0
        for _, n_bytes in self._events[:MAX_EVENTS]:
            if n_bytes > room:
                break
            room -= n_bytes
            count += 1
        taken, self._events = self._events[:count], self._events[count:]
        self._n_bytes = sum(n_bytes for _, n_bytes in self._events)
        self.has_log = any(isinstance(event, LogEvent) for event, _ in self._events)
        return [event for event, _ in taken]
