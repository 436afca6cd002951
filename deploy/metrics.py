"""The numbers a monitor draws, read from the database at each scrape: every web process gives the same ones."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from experiments.selectors.operations import SiteNumbers, site_numbers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(site_numbers()))
    return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, numbers: SiteNumbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        numbers = self._numbers
        yield _gauge("queued_shards", "Shards that wait, by the class they need", "hardware_class", numbers.queued)
        yield _gauge("oldest_queued_seconds", "Age of the oldest of them", "hardware_class", numbers.oldest_seconds)
        yield _gauge("running_shards", "Shards in the hands of workers, by class", "hardware_class", numbers.running)
        yield _gauge("slots", "Slots of workers that take new shards", "hardware_class", numbers.slots)
        yield _gauge("workers", "Workers by what they are: accepting, stopping, silent", "state", numbers.workers)
        yield _gauge(
            "overdue_shards",
            "Held shards whose lease ran out a while ago: the reaper is late",
            "",
            {"": numbers.overdue},
        )
        yield _gauge("unowned_shards", "Shards nobody has taken care of for a minute", "", {"": numbers.unowned})
        yield _counter("failures", "Shards that failed for good, by kind", "kind", numbers.failures)
        yield _counter("attempts_lost", "Attempts whose worker fell silent", "", {"": numbers.attempts_lost})
        yield _gauge("job_seconds", "How long the last pass of a site job took", "job", numbers.job_seconds)
        yield _gauge("job_age_seconds", "How long ago it began", "job", numbers.job_age_seconds)
        yield _gauge("job_failed", "1 where the last pass broke off", "job", numbers.job_failed)
        yield _counter(
            "job_done",
            "What a job did in all: wake-ups sent, shards taken back, files dropped",
            "job",
            numbers.job_done,
        )
        yield _gauge("stored_bytes", "Bytes of artifacts", "", {"": numbers.stored_bytes})


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    return _filled(GaugeMetricFamily(f"circuitboard_{name}", text, labels=[label] if label else []), values)


def _counter(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    return _filled(CounterMetricFamily(f"circuitboard_{name}", text, labels=[label] if label else []), values)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]) -> Metric:
    for label, value in values.items():
        family.add_metric([label] if label else [], value)
    return family
