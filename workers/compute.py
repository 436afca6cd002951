"""One compute worker: its machine, its connection to the site, its spare process, and the shards in its slots."""

import functools
import logging
import os
import shutil
import threading
import time

from workers.announcer import Announcer
from workers.child import ENGINE, Child, clean_environment
from workers.machine import Machine
from workers.session import NotClaimable, Refused, Site, SiteUnreachable
from workers.settings import Settings
from workers.spare import Spare
from workers.supervisor import Supervisor

log = logging.getLogger(__name__)


class ComputeWorker:
    """Lives once in a process; Celery's threads are its slots."""

    def __init__(self, settings: Settings, machine: Machine) -> None:
        self._settings, self._machine = settings, machine
        self._site = Site(settings.site_url, settings.token)
        environment = clean_environment(os.environ, threads=settings.threads)
        self._spare = Spare(functools.partial(Child, ENGINE, environment))
        self._busy: set[Supervisor] = set()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._announcer = Announcer(
            self._site, machine, name=settings.name, slots=settings.slots, count_busy=lambda: len(self._busy)
        )

    def start(self) -> None:
        shutil.rmtree(self._settings.work_dir, ignore_errors=True)  # what a killed predecessor left behind
        self._spare.prepare()
        self._announcer.start()

    def carry_out(self, shard: int) -> None:
        worker = self._announcer.worker
        if self._stopping.is_set() or worker is None:
            return  # it stays queued in the database, for another worker or a later wake-up
        try:
            claim = self._site.claim(shard, worker=worker)
        except NotClaimable:
            return
        except (SiteUnreachable, Refused) as error:
            log.warning("shard %s was not claimed: %s", shard, error)
            return
        supervisor = Supervisor(
            claim,
            self._site,
            self._spare,
            device=self._machine.device,
            threads=self._settings.threads,
            work_dir=self._settings.work_dir,
        )
        with self._changed:
            self._busy.add(supervisor)
        try:
            supervisor.run()
        finally:
            with self._changed:
                self._busy.remove(supervisor)
                self._changed.notify_all()

    def stop(self) -> None:
        """Take no more, wait for what runs as long as the settings allow, then give it back."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._announcer.stop()
        until = time.monotonic() + self._settings.drain_seconds
        with self._changed:
            while self._busy and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            running = list(self._busy)
        for supervisor in running:
            supervisor.stop()
        self._spare.close()
