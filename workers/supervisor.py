"""Carries out one claimed shard: starts the training process, relays what it says, and sees it to its end."""

import base64
import datetime
import logging
import queue
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from experiments.protocol import (
    BATCH_SECONDS,
    LOG_SECONDS,
    MAX_INLINE_BYTES,
    ArtifactEvent,
    Claim,
    Event,
    EventBatch,
    LogEvent,
    Outcome,
    ProgressEvent,
    StoredArtifact,
)
from workers.child import GRACE_SECONDS, Child
from workers.limits import Allowance, Limits
from workers.outbox import Outbox
from workers.outcomes import FORESEEN, Message, after_refusal, conclude, failure_of
from workers.session import Refused, ShardSession, Site, SiteUnreachable, StaleEpoch
from workers.watch import Ending, Lease, Watch

log = logging.getLogger(__name__)

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
LAST_WORDS = frozenset({"finished", "failed"})
NEEDED_TO_GO_ON = frozenset({"checkpoint", "resume"})
FIRST_WORD_SECONDS = 0.5  # a shard that is done by then needs one batch in all
LISTENING_SECONDS = 0.1
MAX_LOG_TEXT = 20_000


class Supervisor:
    def __init__(
        self,
        claim: Claim,
        site: Site,
        take_child: Callable[[], Child],
        *,
        device: str,
        threads: int,
        allowed: Allowance,
        work_dir: Path,
    ) -> None:
        self._claim, self._take_child, self._device, self._threads = claim, take_child, device, threads
        lease = Lease(claim.lease_seconds)
        self._session = ShardSession(site, claim, may_go_on=lambda: lease.is_valid() and not self.watch.is_lost)
        self.watch = Watch(self._session, lease, time_limit_seconds=claim.time_limit_seconds, end=self._end_training)
        self._outbox = Outbox(claim.epoch)
        self._rest: EventBatch | None = None  # the last batch, which the outcome carries
        self._manifest: dict[str, StoredArtifact] = {}
        self._name_in_manifest(claim.artifacts)
        self._child: Child | None = None
        self._started_at = time.monotonic()
        work_dir.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=f"shard-{claim.shard}-", dir=work_dir))
        self._limits = Limits(
            allowed, self._folder, group=self._group, end=lambda: self.watch.end_early(Ending.OVER_LIMIT)
        )

    def run(self) -> None:
        try:
            with self.watch, self._limits:
                last_words = self._train()
                self._say_goodbye(last_words)
        except (StaleEpoch, SiteUnreachable) as error:
            log.warning("shard %s, epoch %s is no longer ours: %s", self._claim.shard, self._claim.epoch, error)
        finally:
            if self._child is not None:
                self._child.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _train(self) -> Message | None:
        """The last words of the training process, or those we say for it; None when it ended without any."""
        try:
            self._fetch_earlier_files()
            self._child = self._take_child()
            self._child.wait_until_ready()
            self._child.give(self._order())
            last_words = self._relay(self._child)
            if self.watch.ending is None:
                self._rest = self._all_but_last()
                if last_words is None:
                    self._child.settle()
            return last_words
        except (StaleEpoch, SiteUnreachable):
            raise
        except FORESEEN as error:
            log.warning("shard %s: %s", self._claim.shard, error)
            return failure_of(error)

    def _fetch_earlier_files(self) -> None:
        for artifact in self._claim.start_artifacts:
            self._session.download(artifact, self._path_of(artifact))
        if self._claim.resume_step is None:
            return
        for artifact in self._claim.artifacts:
            if artifact.kind in NEEDED_TO_GO_ON:
                self._session.download(artifact, self._path_of(artifact))

    def _order(self) -> dict[str, Any]:
        return {
            "recipe": self._claim.recipe,
            "seeds": self._claim.seeds,
            "folder": str(self._folder),
            "device": self._device,
            "threads": self._threads,
            "resume_step": self._claim.resume_step,
        }

    def _relay(self, child: Child) -> Message | None:
        first_at, sent_at = time.monotonic() + FIRST_WORD_SECONDS, 0.0
        while self.watch.ending is None:
            try:
                message = child.next_message(LISTENING_SECONDS)
            except queue.Empty:
                if not child.is_running:
                    child.kill()  # something it started still holds its pipe: end that too, and the stream ends
            else:
                if message is None or message["kind"] in LAST_WORDS:
                    return message
                self._take_in(message)
            pause = LOG_SECONDS if self._outbox.has_log else BATCH_SECONDS
            if self._outbox.is_full or (self._outbox and time.monotonic() >= max(first_at, sent_at + pause)):
                self._flush()
                sent_at = time.monotonic()
        return None

    def _take_in(self, message: Message) -> None:
        if message["kind"] == "stray":
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            self._outbox.add(LogEvent(at=now, text=message["text"][:MAX_LOG_TEXT]))
            return
        event = EVENT.validate_python(message)
        if isinstance(event, ProgressEvent):
            self.watch.step = event.step
        if isinstance(event, ArtifactEvent):
            event = self._with_bytes(event.artifact)
            self._name_in_manifest([event.artifact])
            self._drop_outdated(event.artifact)
        self._outbox.add(event)

    def _with_bytes(self, artifact: StoredArtifact) -> ArtifactEvent:
        """A small file travels within its event, which saves a call for each; another is uploaded first."""
        path = self._path_of(artifact)
        if artifact.n_bytes <= MAX_INLINE_BYTES:
            return ArtifactEvent(artifact=artifact, content=base64.b64encode(path.read_bytes()).decode())
        self._session.upload(path, artifact.sha256)
        return ArtifactEvent(artifact=artifact)

    def _name_in_manifest(self, artifacts: Sequence[StoredArtifact]) -> None:
        """All but resume states: the site keeps the newest while the shard runs, and none once it succeeded."""
        self._manifest |= {artifact.name: artifact for artifact in artifacts if artifact.kind != "resume"}

    def _drop_outdated(self, artifact: StoredArtifact) -> None:
        """Keep no resume state on disk: the training process has read the one it went on from, and the site has it."""
        if artifact.kind == "resume":
            newest = self._path_of(artifact)
            for state in newest.parent.iterdir():
                if state.name <= newest.name:  # a name holds the step; the training process may be ahead of us
                    state.unlink()

    def _path_of(self, artifact: StoredArtifact) -> Path:
        path = (self._folder / artifact.name).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise ValueError(f"artifact {artifact.name!r} leaves the folder of its shard")
        return path

    def _flush(self) -> None:
        while (batch := self._outbox.next_batch()) is not None:
            self._send(batch)

    def _all_but_last(self) -> EventBatch | None:
        """Send what is left but for the last batch, which is the answer."""
        while (batch := self._outbox.next_batch()) is not None and not self._outbox.has_one_left:
            self._send(batch)
        return batch

    def _send(self, batch: EventBatch) -> None:
        stored = self._session.send(batch)
        self._outbox.stored()
        if stored.cancel:
            self.watch.end_early(Ending.CANCELLED)

    def _say_goodbye(self, last_words: Message | None) -> None:
        if self.watch.is_lost:
            return
        try:
            outcome = self._outcome(last_words)
        except ValueError as error:
            outcome = self._outcome(failure_of(error))
        try:
            finished = self._session.finish(outcome)
        except Refused as refusal:
            if isinstance(refusal, StaleEpoch) or (outcome.result != "succeeded" and outcome.last_batch is None):
                raise
            finished = self._session.finish(after_refusal(outcome, refusal))
        log.info("shard %s ended: %s", self._claim.shard, finished.state)

    def _outcome(self, last_words: Message | None) -> Outcome:
        return conclude(
            last_words,
            ending=self.watch.ending,
            overrun=self._limits.overrun,
            child=self._child,
            epoch=self._claim.epoch,
            manifest=list(self._manifest.values()),
            last_batch=self._rest,
            elapsed=time.monotonic() - self._started_at,
        )

    def _end_training(self) -> None:
        """At once where it holds too much: it would take more until it has heard that it must end."""
        if self._child is not None:
            grace_seconds = 0.0 if self.watch.ending is Ending.OVER_LIMIT else GRACE_SECONDS
            self._child.kill(grace_seconds=grace_seconds)

    def _group(self) -> int | None:
        return None if self._child is None else self._child.pid

    def stop(self) -> None:
        """Give the shard back: the worker is going away."""
        self.watch.end_early(Ending.STOPPED)
