"""Tells the site every few seconds that this worker is there, how busy it is, and when it is about to go."""

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from experiments.protocol import HEARTBEAT_SECONDS, Announcement
from experiments.recipe.engine import vocabulary_digest
from workers.machine import Machine
from workers.session import Refused, Replaced, Site, SiteUnreachable

log = logging.getLogger(__name__)


class Announcer:
    def __init__(
        self,
        site: Site,
        machine: Machine,
        *,
        name: str,
        slots: int,
        count_busy: Callable[[], int],
        has_room: Callable[[], bool],
        on_replaced: Callable[[], None],
        sign_of_life: Path,
    ) -> None:
        self._site, self._machine, self._name, self._slots = site, machine, name, slots
        self._has_room = has_room
        self._count_busy, self._on_replaced, self._sign_of_life = count_busy, on_replaced, sign_of_life
        self.instance = uuid.uuid4().hex  # tells the site this start of the process from its former self
        self._stop = threading.Event()
        self._was_heard = True
        self._had_room = True
        self.on_drain: Callable[[bool], None] = lambda wanted: None  # told each time: whether to take nothing new
        self.worker: int | None = None  # as the site names us, once it has heard of us
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        """Return when the site was told once, so that no wake-up meets a worker without a name."""
        self.announce()
        self._thread.start()

    def stop(self) -> None:
        """Say a last time that no more shards are wanted."""
        self._stop.set()
        self._thread.join()
        self.announce()

    def announce(self) -> None:
        """Say it once. A site that does not listen is worth one warning for each time it goes away."""
        self._show_life()
        try:
            said = self._announcement()
            self._note_room(not said.disk_full)
            welcome = self._site.announce(said)
            self.worker = welcome.worker
            self.on_drain(welcome.drain or said.disk_full)
        except Replaced as error:
            if not self._stop.is_set():
                log.error("this worker ends, and what it held goes on elsewhere: %s", error.detail)
                self._on_replaced()
        except (SiteUnreachable, Refused) as error:
            if self._was_heard:
                log.warning("the site does not take the announcement: %s", error)
            self._was_heard = False
        else:
            self._was_heard = True

    def _note_room(self, has_room: bool) -> None:
        if self._had_room and not has_room:
            log.warning("the disk is as good as full: this worker takes no new shards until there is room")
        self._had_room = has_room

    def _run(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            self.announce()

    def _show_life(self) -> None:
        """For whoever watches over this process: a site that is away is no reason to end a worker that trains."""
        with contextlib.suppress(OSError):
            self._sign_of_life.parent.mkdir(parents=True, exist_ok=True)
            self._sign_of_life.touch()

    def _announcement(self) -> Announcement:
        machine = self._machine
        return Announcement(
            name=self._name,
            instance=self.instance,
            starting=self.worker is None,
            hardware_class=machine.hardware_class,
            device=machine.hardware,
            slots=self._slots,
            busy_slots=min(self._count_busy(), self._slots),
            memory_bytes=machine.memory_bytes,
            flops_per_second=machine.flops_per_second,
            engine_digest=machine.engine_digest,
            vocabulary=vocabulary_digest(),
            environment=machine.environment,
            stopping=self._stop.is_set(),
            disk_full=not self._has_room(),
        )
