"""One compute worker: its machine, its connection to the site, its nursery, and the shards in its slots."""

import functools
import logging
import os
import shutil
import threading
from collections.abc import Callable

import structlog

from experiments.protocol import LEASE_SECONDS, Claim
from workers.announcer import Announcer
from workers.child import ENGINE, clean_environment, fresh_child
from workers.disk import free_bytes
from workers.limits import allowance
from workers.machine import Machine
from workers.nursery import CAN_FORK, NURSERY, Nursery
from workers.session import NotClaimable, Refused, Site, SiteUnreachable
from workers.settings import Settings
from workers.spare import Spare
from workers.supervisor import Supervisor

log = logging.getLogger(__name__)


class ComputeWorker:
    """Lives once in a process; Celery's threads are its slots."""

    def __init__(self, settings: Settings, machine: Machine, *, on_replaced: Callable[[], None]) -> None:
        self._settings, self._machine = settings, machine
        self._site = Site(settings.site_url, settings.token)
        environment = clean_environment(os.environ, threads=settings.threads)
        start_fresh = functools.partial(fresh_child, ENGINE, environment)
        self._children = Nursery(NURSERY, environment, start_fresh=start_fresh) if CAN_FORK else Spare(start_fresh)
        self._changed = threading.Condition()  # guards the four below
        self._n_busy = 0
        self._running: set[Supervisor] = set()
        self._is_stopping = False
        self._gives_back = False
        self._announcer = Announcer(
            self._site,
            machine.lending(settings.memory_bytes),
            name=settings.name,
            slots=settings.slots,
            count_busy=lambda: self._n_busy,
            has_room=self._has_room,
            on_replaced=on_replaced,
            sign_of_life=settings.work_dir.with_name(f"{settings.work_dir.name}.announced"),
        )

    def on_drain(self, tell: Callable[[bool], None]) -> None:
        """Whom to tell with each announcement whether this worker is to take nothing new."""
        self._announcer.on_drain = tell

    def start(self) -> None:
        shutil.rmtree(self._settings.work_dir, ignore_errors=True)  # what a killed predecessor left behind
        self._children.prepare()
        self._announcer.start()

    def carry_out(self, shard: int) -> None:
        """Claim a shard and see it through. One that is not taken stays queued in the database for a later wake-up."""
        with self._changed:
            if self._is_stopping:
                return
            self._n_busy += 1
        try:
            if not self._has_room():
                self._announcer.announce()  # so that the site refuses the claim, and offers the shard to others at once
            claim = self._claim(shard)
            if claim is not None:
                self._supervise(claim)
        finally:
            with self._changed:
                self._n_busy -= 1
                self._changed.notify_all()

    def _has_room(self) -> bool:
        """A shard that fails for want of room here would be offered here again, until its attempts are used up."""
        return free_bytes(self._settings.work_dir) >= self._settings.min_free_bytes

    def _claim(self, shard: int) -> Claim | None:
        if self._announcer.worker is None:
            return None
        try:
            return self._site.claim(shard, worker=self._announcer.worker, instance=self._announcer.instance)
        except NotClaimable:
            return None
        except (SiteUnreachable, Refused) as error:
            log.warning("shard %s was not claimed: %s", shard, error)
            return None

    def _supervise(self, claim: Claim) -> None:
        with structlog.contextvars.bound_contextvars(run=claim.run, shard=claim.shard, epoch=claim.epoch):
            self._see_through(claim)

    def _see_through(self, claim: Claim) -> None:
        supervisor = Supervisor(
            claim,
            self._site,
            self._children.take,
            device=self._machine.device,
            threads=self._settings.threads,
            allowed=allowance(claim, self._settings, device=self._machine.device),
            work_dir=self._settings.work_dir,
        )
        with self._changed:
            self._running.add(supervisor)
            if self._gives_back:
                supervisor.stop()
        try:
            supervisor.run()
        finally:
            with self._changed:
                self._running.remove(supervisor)

    def stop(self) -> None:
        """Take no more, wait for what runs as long as the settings allow, then give it back."""
        with self._changed:
            if self._is_stopping:
                return
            self._is_stopping = True
        self._announcer.stop()
        self._wait_until_idle(self._settings.drain_seconds)
        with self._changed:
            self._gives_back = True
            running = list(self._running)
        for supervisor in running:
            supervisor.stop()
        self._wait_until_idle(LEASE_SECONDS)  # each still says goodbye to the site, for as long as it may
        self._children.close()
        self._site.close()

    def _wait_until_idle(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._n_busy == 0, timeout=seconds)
