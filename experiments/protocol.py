"""What a worker and the site say to each other: JSON over HTTP, checked by these models on both ends.

A worker token may announce and claim. A claim returns a run token that is bound to one shard and one epoch and dies with the lease;
every later call carries it as `Authorization: Run TOKEN`. A call with an older epoch gets 409 `stale_epoch` and nothing is stored.

    POST /api/worker/announce/               Worker TOKEN   Announcement  -> Welcome
    POST /api/worker/shards/<id>/claim/      Worker TOKEN   (empty)       -> Claim        409 not_claimable
    POST /api/shards/<id>/heartbeat/         Run TOKEN      Heartbeat     -> Lease        409 stale_epoch
    POST /api/shards/<id>/events/            Run TOKEN      EventBatch    -> Stored       409 stale_epoch, 422 out_of_order
    PUT  /api/shards/<id>/blobs/<sha256>/    Run TOKEN      bytes         -> 201 or 200   422 wrong_hash
    GET  /api/shards/<id>/blobs/<sha256>/    Run TOKEN                    -> bytes        only blobs of this shard
    POST /api/shards/<id>/finish/            Run TOKEN      Outcome       -> Finished     409 stale_epoch, 422 missing_blobs

Every refusal is `{"code": "...", "detail": "...", "fields": {...}}`.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LEASE_SECONDS = 45
HEARTBEAT_SECONDS = 10
BATCH_SECONDS = 2
MAX_BATCH_BYTES = 8 * 1024 * 1024
MAX_BLOB_BYTES = 2 * 1024**3

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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

    name: Annotated[str, Field(min_length=1, max_length=100)]  # unique per owner, such as host name and process
    hardware_class: Literal["cpu", "gpu"]
    device: Annotated[str, Field(max_length=200)]  # the model, as torch or the system names it
    slots: Annotated[int, Field(ge=1, le=256)]
    busy_slots: Annotated[int, Field(ge=0, le=256)] = 0
    memory_bytes: Annotated[int, Field(ge=0)]
    flops_per_second: Annotated[float, Field(ge=0)]  # measured by a short calibration; 0 when not measured
    engine_digest: Sha256
    environment: dict[str, str] = {}  # versions of Python, torch, ...
    stopping: bool = False  # no new shards, please


class Welcome(Message):
    worker: int


class StoredArtifact(Message):
    """A file of a shard that a worker may need to go on: earlier checkpoints and the resume state."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", max_length=200)]
    kind: Literal["checkpoint", "panel", "resume", "log"]
    sha256: Sha256
    n_bytes: Annotated[int, Field(ge=0, le=MAX_BLOB_BYTES)]
    seed: int | None = None
    step: int | None = None


class Claim(Message):
    shard: int
    run: int
    point: int
    epoch: int
    run_token: str
    lease_seconds: int
    recipe: dict[str, Any]  # the resolved recipe of this grid point
    seeds: list[int]
    resume_step: int | None = None  # go on from this step; its resume artifact is among `artifacts`
    artifacts: list[StoredArtifact] = []
    time_limit_seconds: int


class Heartbeat(Message):
    epoch: int
    step: int | None = None


class Lease(Message):
    lease_seconds: int
    cancel: bool


class MeasurementsEvent(Message):
    """An Arrow IPC stream, zstd-compressed, base64: columns seed int32, step int64, measure, split, component
    (dictionary-encoded utf8), value float64; rows in step order."""

    kind: Literal["measurements"] = "measurements"
    arrow: str


class ArtifactEvent(Message):
    """A file whose bytes were uploaded before this event was sent."""

    kind: Literal["artifact"] = "artifact"
    artifact: StoredArtifact


class ProgressEvent(Message):
    kind: Literal["progress"] = "progress"
    phase: Literal["starting", "training", "analysing", "uploading"]
    step: int
    steps: int
    seconds_left: float | None = None
    device_use: float | None = None  # fraction of the device's time in use, if known


class LogEvent(Message):
    kind: Literal["log"] = "log"
    at: str  # ISO 8601, the worker's clock
    text: Annotated[str, Field(max_length=20_000)]


Event = Annotated[MeasurementsEvent | ArtifactEvent | ProgressEvent | LogEvent, Field(discriminator="kind")]


class EventBatch(Message):
    epoch: int
    seq: Annotated[int, Field(ge=0)]  # 0, 1, 2, ... within an epoch
    events: Annotated[list[Event], Field(max_length=5000)]


class Stored(Message):
    seq: int
    stored: bool  # False: this batch was here already


class ScoredExpectation(Message):
    """One expectation of the recipe against what one seed did."""

    index: int  # position in the recipe's list
    seed: int
    value: float | None  # the value that was judged; None when it was never measured
    step: int | None
    met: bool


class Failure(Message):
    failure: FailureKind
    message: Annotated[str, Field(max_length=1000)]  # one plain sentence
    hint: Annotated[str, Field(max_length=1000)] = ""  # what the author can do
    traceback: Annotated[str, Field(max_length=50_000)] = ""


class Outcome(Message):
    """The end of an attempt. Success names every artifact; the site verifies each against its own storage."""

    epoch: int
    result: Literal["succeeded", "failed", "cancelled"]
    manifest: list[StoredArtifact] = []
    expectations: list[ScoredExpectation] = []
    engine_digest: Sha256 | None = None
    environment: dict[str, str] = {}
    hardware: str = ""  # CPU capability level that torch reports, or GPU model
    device_seconds: Annotated[float, Field(ge=0)] = 0.0
    failure: Failure | None = None


class Finished(Message):
    state: str


class Refusal(Message):
    code: str
    detail: str
    fields: dict[str, str] = {}
