"""What a worker and the site say to each other: JSON over HTTP, checked by these models on both ends.

A worker token may announce and claim. A claim returns a run token that is bound to one shard and one epoch and dies
with the lease; every later call carries it as `Authorization: Run TOKEN`. A call with an older epoch gets 409
`stale_epoch` and nothing is stored.

    POST /api/worker/announce/             Worker TOKEN  Announcement -> Welcome     409 replaced
    POST /api/worker/shards/<id>/claim/    Worker TOKEN  ClaimRequest -> Claim       409 not_claimable, replaced, paused
                                                                 draining, engine_too_old, no_room: leave it
    POST /api/shards/<id>/heartbeat/       Run TOKEN     Heartbeat    -> Lease       409 stale_epoch
    POST /api/shards/<id>/events/          Run TOKEN     EventBatch   -> Stored      409 stale_epoch, 422 out_of_order
    PUT  /api/shards/<id>/blobs/<sha256>/  Run TOKEN     bytes        -> 201 or 200  422 wrong_hash, 507
    GET  /api/shards/<id>/blobs/<sha256>/  Run TOKEN                  -> bytes       404 unless it may read that
    POST /api/shards/<id>/finish/          Run TOKEN     Outcome      -> Finished    409 stale_epoch, 422 missing_blobs

Every refusal is `{"code": "...", "detail": "...", "fields": {...}}`. An upload needs a Content-Length. Batches are
refused with 409 `finished` once the outcome was taken; sending the same outcome again repeats the first answer.

The site is renewed before its workers, so a worker takes no notice of a field in a reply that it does not know. What
the site reads is strict: a field unknown to it is refused with 422.

A short shard takes two calls beside its claim, or one: small files travel within their events, and the last batch
within the outcome.
"""

import math
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

LEASE_SECONDS = 45
HEARTBEAT_SECONDS = 10
BATCH_SECONDS = 2  # between two batches, at least
LOG_SECONDS = 0.8  # and where there is something to read: its page asks every second, and shows it within two
MAX_BATCH_BYTES = 8 * 1024 * 1024
MAX_BLOB_BYTES = 2 * 1024**3
MAX_INLINE_BYTES = 256 * 1024  # a file up to this size may travel within its event


def _without_nul(text: str) -> str:
    """PostgreSQL cannot store the character NUL; a log line may well hold one."""
    return text.replace("\x00", "\ufffd")


def _none_unless_finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, AfterValidator(_without_nul)]
Whole = Annotated[int, Field(ge=0, lt=2**31)]  # steps, seeds, epochs and batch numbers: what a database integer holds
FiniteOrNone = Annotated[float | None, BeforeValidator(_none_unless_finite)]
Environment = Annotated[
    dict[Annotated[Text, Field(max_length=100)], Annotated[Text, Field(max_length=1000)]], Field(max_length=100)
]


class Message(BaseModel):
    """What the site reads, and every part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Reply(Message):
    """What a worker reads."""

    model_config = ConfigDict(extra="ignore")


class FailureKind(StrEnum):
    OUT_OF_MEMORY = "out_of_memory"
    NOT_FINITE = "not_finite"
    TIME_LIMIT = "time_limit"
    WORKER_LOST = "worker_lost"
    STORAGE = "storage"
    INVALID = "invalid"


RETRIED = frozenset({FailureKind.WORKER_LOST, FailureKind.STORAGE})
MAX_ATTEMPTS = 3


class Announcement(Message):
    """Sent at start and every HEARTBEAT_SECONDS, also by a worker with nothing to do."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]  # unique per token, such as host name and process
    # Drawn at each start of the process; not said: it could be any. A process that is `starting` takes the name over,
    # and what its former self held goes back to the queue at once; the former self is refused from then on.
    instance: Annotated[Text, Field(max_length=64)] = ""
    starting: bool = False  # until the site has heard it once
    hardware_class: Literal["cpu", "gpu"]
    device: Annotated[Text, Field(max_length=200)]  # the model, as torch or the system names it
    slots: Annotated[int, Field(ge=1, le=256)]
    busy_slots: Annotated[int, Field(ge=0, le=256)] = 0
    memory_bytes: Annotated[int, Field(ge=0, lt=2**63)]
    flops_per_second: Annotated[float, Field(ge=0)]  # measured by a short calibration; 0 when not measured
    engine_digest: Sha256
    vocabulary: Sha256 | Literal[""] = ""  # digest of the recipe vocabulary it reads; not said: taken for the site's
    environment: Environment = {}  # versions of Python, torch, ...
    stopping: bool = False  # no new shards, please
    disk_full: bool = False  # nor as long as this is said: their files would find no room


class Welcome(Reply):
    worker: int
    drain: bool = False  # its owner asked it to take nothing new: finish what runs, and read no more wake-ups


class ClaimRequest(Message):
    worker: int  # as the Welcome named it: several workers may share a token
    instance: Annotated[Text, Field(max_length=64)] = ""  # as announced
    key: Annotated[Text, Field(max_length=64)] = ""  # drawn for each claim; asking again with it repeats the answer


class StoredArtifact(Message):
    """A file of a shard that a worker may need to go on: earlier checkpoints and the resume state."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", max_length=200)]
    kind: Literal["checkpoint", "panel", "resume", "log"]
    sha256: Sha256
    n_bytes: Annotated[int, Field(ge=0, le=MAX_BLOB_BYTES)]
    seed: Whole | None = None
    step: Whole | None = None


class ClaimedArtifact(StoredArtifact, Reply):
    """One that the site tells of."""


class Claim(Reply):
    shard: int
    run: int
    point: int
    epoch: int
    run_token: str
    lease_seconds: int
    recipe: dict[str, Any]  # the resolved recipe of this grid point
    seeds: list[int]
    # Go on from this step; its resume artifact is among `artifacts`. What was measured up to and at this step is
    # stored and must not be sent again; what came after it was dropped.
    resume_step: int | None = None
    artifacts: list[ClaimedArtifact] = []
    # Checkpoints of another run, where the recipe starts from one. They are no files of this shard: its manifest does
    # not name them, and its run token reads them.
    start_artifacts: list[ClaimedArtifact] = []
    time_limit_seconds: int
    memory_bytes: int = 0  # what its budget needs of the device's memory, at the peak; 0 where it is not known


class Heartbeat(Message):
    epoch: Whole
    step: Whole | None = None


class Lease(Reply):
    lease_seconds: int
    cancel: bool


class MeasurementsEvent(Message):
    """`experiments.columns.pack(table)` in base64: rows in step order, at most MAX_ROWS of them."""

    kind: Literal["measurements"] = "measurements"
    arrow: str


class ArtifactEvent(Message):
    """A file. Its bytes come with it, in base64, or were uploaded before this event was sent."""

    kind: Literal["artifact"] = "artifact"
    artifact: StoredArtifact
    content: Annotated[str | None, Field(max_length=4 * MAX_INLINE_BYTES // 3 + 4)] = None


class ProgressEvent(Message):
    kind: Literal["progress"] = "progress"
    phase: Literal["starting", "training", "analysing", "uploading"]
    step: Whole
    steps: Whole
    seconds_left: FiniteOrNone = None
    device_use: FiniteOrNone = None  # fraction of the device's time in use, if known


class LogEvent(Message):
    kind: Literal["log"] = "log"
    at: Annotated[Text, Field(max_length=40)]  # ISO 8601, the worker's clock
    text: Annotated[Text, Field(max_length=20_000)]


Event = Annotated[MeasurementsEvent | ArtifactEvent | ProgressEvent | LogEvent, Field(discriminator="kind")]


class EventBatch(Message):
    epoch: Whole
    seq: Whole  # 0, 1, 2, ... within an epoch
    events: Annotated[list[Event], Field(max_length=5000)]


class Stored(Reply):
    seq: int
    stored: bool  # False: this batch was here already
    cancel: bool  # as in a Lease, so that a cancel reaches the device before the next heartbeat


class ScoredExpectation(Message):
    """One expectation of the recipe against what one seed did."""

    index: Whole  # position in the recipe's list
    seed: Whole
    value: FiniteOrNone  # the value that was judged; None when it was not finite or never measured
    step: Whole | None
    met: bool


class Failure(Message):
    failure: FailureKind
    message: Annotated[Text, Field(max_length=1000)]  # one plain sentence
    hint: Annotated[Text, Field(max_length=1000)] = ""  # what the author can do
    traceback: Annotated[Text, Field(max_length=50_000)] = ""


class Outcome(Message):
    """The end of an attempt. Success names every artifact; the site verifies each against its own storage.

    `cancelled` without a cancel having been asked for gives the shard back, as a worker that must stop does.
    """

    epoch: Whole
    result: Literal["succeeded", "failed", "cancelled"]
    manifest: list[StoredArtifact] = []
    expectations: list[ScoredExpectation] = []
    engine_digest: Sha256 | None = None
    environment: Environment = {}
    hardware: Annotated[Text, Field(max_length=200)] = ""  # CPU capability level that torch reports, or GPU model
    device_seconds: Annotated[float, Field(ge=0)] = 0.0
    failure: Failure | None = None
    last_batch: EventBatch | None = None  # what was not sent yet; stored before anything else is looked at

    @model_validator(mode="after")
    def a_failure_is_explained(self) -> Self:
        if (self.result == "failed") != (self.failure is not None):
            raise ValueError("failure: goes with the result 'failed', and only with it")
        return self


class Finished(Reply):
    state: Literal["queued", "succeeded", "failed", "cancelled"]  # queued: another attempt follows
