"""The Celery app of the compute side. A message is a wake-up that names a shard; the queue is the site's database."""

from celery import Celery

from workers.compute import ComputeWorker


class ComputeApp(Celery):  # type: ignore[misc] # Celery has no types
    compute: ComputeWorker  # set once, before the first message is taken


app = ComputeApp("workers", fixups=(), include=["workers.jobs"])  # no fixups: Django stays out, whatever is set
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_pool="workers.slots:Slots",
    # Acknowledged on arrival: a lost wake-up is sent again from the database, a late one would start a second copy.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,  # a wake-up waits in the broker for whichever worker has a free slot
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,
    # All that a worker touches in the broker begins with "compute.", so that the broker can keep it to that.
    broker_transport_options={
        "unacked_key": "compute.unacked",
        "unacked_index_key": "compute.unacked_index",
        "unacked_mutex_key": "compute.unacked_mutex",
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # for ever
)
