"""`python -m workers`: one compute worker, told by its environment where the site is and which token to show."""

import logging
import os
import signal
import sys
import threading
from typing import Any

from celery.signals import setup_logging, worker_ready, worker_shutting_down

from deploy.env import BadSetting
from deploy.logs import configure_logging
from workers.app import app
from workers.compute import ComputeWorker
from workers.intake import Intake
from workers.machine import Machine, NoEngine, probe_machine
from workers.settings import Settings, settings

log = logging.getLogger("workers")


def main() -> int:
    try:
        told = settings()
        configure_logging(is_deployment=told.site_url.startswith("https://"))
        machine = probe_machine(device=told.device, threads=told.threads)
    except (BadSetting, NoEngine) as error:
        print(f"The worker cannot start: {error}", file=sys.stderr)
        return 1
    log.info("%s: %s, %.1f GFLOP/s", told.name, machine.hardware, machine.flops_per_second / 1e9)
    run_worker(told, machine)
    return 0


def run_worker(told: Settings, machine: Machine) -> None:
    def end() -> None:
        os.kill(os.getpid(), signal.SIGTERM)  # as an operator does: Celery stops, and `stop` is called

    compute = app.compute = ComputeWorker(told, machine, on_replaced=end)
    app.conf.update(broker_url=told.broker_url, broker_use_ssl=told.broker_tls)

    def stop(**_: Any) -> None:  # called from a signal handler: only a thread may wait for the shards
        threading.Thread(target=compute.stop, name="stop").start()

    def keep_logging(**_: Any) -> None:
        """A receiver of this signal is how Celery is asked to leave the logging alone."""

    worker_shutting_down.connect(stop)
    setup_logging.connect(keep_logging)
    queue = f"compute.{machine.hardware_class}"
    intake = Intake(queue)
    worker_ready.connect(intake.ready)
    compute.on_drain(intake.drain)
    compute.start()
    slots = [f"--concurrency={told.slots}", f"--queues={queue}", f"--hostname={told.name}@%h"]
    app.worker_main(["worker", *slots, "--without-gossip", "--without-mingle", "--without-heartbeat"])


if __name__ == "__main__":
    sys.exit(main())
