"""From how the training process ended to what the site is told."""

import errno
import signal
from typing import Any

from experiments.protocol import EventBatch, Failure, FailureKind, Outcome, StoredArtifact
from workers.child import Child, ChildBroken
from workers.outbox import EventTooLarge
from workers.session import Refused, StorageFull, WrongHash
from workers.watch import Ending

Message = dict[str, Any]

FORESEEN = (OSError, ValueError, ChildBroken, EventTooLarge, Refused)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
OF_THE_ENGINE = ("expectations", "engine_digest", "environment", "hardware", "device_seconds")
STORAGE_TROUBLE = "Nothing is wrong with the recipe: run it again when the site's storage takes files."
OLD_WORKER = "Worker and site may be of different versions: have the worker's operator renew it."
MAYBE_MEMORY = "It was killed from outside, perhaps for want of memory: if it recurs, ask for a smaller model or batch."
LIMITS = {"message": 1000, "hint": 1000, "traceback": 50_000}


def conclude(
    last_words: Message | None,
    *,
    ending: Ending | None,
    overrun: Failure | None,
    child: Child | None,
    epoch: int,
    manifest: list[StoredArtifact],
    last_batch: EventBatch | None,
    elapsed: float,
) -> Outcome:
    """Success only when the engine said so; otherwise the failure with the nearest known cause."""
    known = {"epoch": epoch, "manifest": manifest, "last_batch": last_batch}
    if last_words is not None and last_words["kind"] == "finished":
        said = {name: last_words[name] for name in OF_THE_ENGINE if name in last_words}
        return Outcome(result="succeeded", **known, **said)
    if ending in (Ending.CANCELLED, Ending.STOPPED):  # without a cancel, the site puts the shard back in its queue
        return Outcome(result="cancelled", device_seconds=elapsed, **known)
    failure = _early_end(ending, overrun) or _said(last_words) or _silent_end(child)
    return Outcome(result="failed", device_seconds=elapsed, failure=failure, **known)


def after_refusal(outcome: Outcome, refusal: Refused) -> Outcome:
    """What is said of results the site does not take: without the batch it may have stumbled over. A file that is
    missing there, or could not be stored, is a storage failure."""
    of_storage = isinstance(refusal, (WrongHash, StorageFull)) or refusal.code == "missing_blobs"
    what = "A file could not be stored" if of_storage else "The site refused the results"
    failure = outcome.failure or Failure(
        failure=FailureKind.STORAGE if of_storage else FailureKind.INVALID,
        message=f"{what}: {refusal.detail}"[:1000],
        hint=STORAGE_TROUBLE if of_storage else OLD_WORKER,
    )
    return outcome.model_copy(update={"result": "failed", "failure": failure, "last_batch": None})


def failure_of(error: Exception) -> Message:
    """The failure that a foreseen error stands for, in the words the engine would use."""
    match error:
        case WrongHash() | StorageFull():
            kind, message = FailureKind.STORAGE, f"A file could not be stored or fetched: {error.detail}"
            hint = STORAGE_TROUBLE
        case OSError() if error.errno in NO_ROOM:
            kind, message = FailureKind.STORAGE, f"The worker's disk has no room: {error.strerror}."
            hint = "Ask for fewer checkpoints, or have the worker's operator make room."
        case OSError():
            kind, message = FailureKind.STORAGE, f"The worker could not read or write a file: {error}"
            hint = "Have the worker's operator look at its folder; on another worker the run may pass."
        case ChildBroken():
            kind, message = FailureKind.WORKER_LOST, f"The training process did not start: {error}"
            hint = "Run it again; if it does not start there either, have the worker's operator look at its log."
        case Refused():
            kind, message = FailureKind.INVALID, f"The site refused what the worker sent: {error.detail}"
            hint = OLD_WORKER
        case _:
            kind, message = FailureKind.INVALID, f"The engine said something the worker cannot pass on: {error}"
            hint = OLD_WORKER
    return {"kind": "failed", "failure": kind, "message": message, "hint": hint}


def _early_end(ending: Ending | None, overrun: Failure | None) -> Failure | None:
    if ending is Ending.OVER_LIMIT:
        return overrun
    if ending is Ending.TIME_LIMIT:
        return Failure(
            failure=FailureKind.TIME_LIMIT,
            message="The shard ran longer than its time limit.",
            hint="Ask for fewer steps, a smaller model or fewer seeds, or for a higher limit.",
        )
    return None


def _said(last_words: Message | None) -> Failure | None:
    if last_words is None:
        return None
    texts = {name: str(last_words.get(name, ""))[:limit] for name, limit in LIMITS.items()}
    return Failure(failure=FailureKind(str(last_words.get("failure"))), **texts)


def _silent_end(child: Child | None) -> Failure:
    status = None if child is None else child.exit_status
    tail = "" if child is None else child.stderr_tail()
    if child is not None and child.was_killed_for_memory():
        return Failure(
            failure=FailureKind.OUT_OF_MEMORY,
            message="The system ended the training process because memory ran out.",
            hint="Ask for a smaller model, batch or stack of seeds.",
            traceback=tail,
        )
    message = f"The training process ended without a word (exit status {status})."
    hint = MAYBE_MEMORY if status == -signal.SIGKILL else ""
    return Failure(failure=FailureKind.WORKER_LOST, message=message, hint=hint, traceback=tail)
