"""The condition as Prometheus reads it (text exposition format 0.0.4)."""

from collections.abc import Iterable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bridge.web.condition import Condition

MEDIA_TYPE = CONTENT_TYPE_LATEST


class _Told(Collector):
    """One condition."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def collect(self) -> Iterable[Metric]:
        """Every family."""
        yield from _of_service(self._condition)
        yield from _of_queues(self._condition)
        yield from _of_mailboxes(self._condition)


def exposition(condition: Condition) -> bytes:
    """The page that /metrics answers with."""
    registry = CollectorRegistry()
    registry.register(_Told(condition))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _of_service(condition: Condition) -> Iterator[Metric]:
    yield GaugeMetricFamily("docbridge_store_up", "1 = the store can be read", float(condition.queues is not None))
    parts = GaugeMetricFamily("docbridge_part_up", "1 = the part works", labels=["part"])
    for name, said in condition.parts.items():
        parts.add_metric([name], float(said == "ok"))
    yield parts
    yield GaugeMetricFamily("docbridge_smtp_connections", "connections to the SMTP door", float(condition.connections))
    yield GaugeMetricFamily("docbridge_intake_waiting", "mails that wait for their commit", float(condition.intake))
    yield CounterMetricFamily("docbridge_intake_commits", "commits that took mails in", float(condition.commits))


def _of_queues(condition: Condition) -> Iterator[Metric]:
    found = condition.queues
    if found is None:
        return
    mails = GaugeMetricFamily("docbridge_mails", "mails by state", labels=["state"])
    for state, count in sorted(found.mails.items()):
        mails.add_metric([state], float(count))
    yield mails
    deliveries = GaugeMetricFamily("docbridge_deliveries", "deliveries by kind and state", labels=["kind", "state"])
    for (kind, state), count in sorted(found.deliveries.items()):
        deliveries.add_metric([kind, state], float(count))
    yield deliveries
    ages = GaugeMetricFamily("docbridge_queue_age_seconds", "how long the oldest has waited", labels=["queue"])
    for name, queue in sorted(found.waiting.items()):
        ages.add_metric([name], condition.age(queue.since))
    yield ages


def _of_mailboxes(condition: Condition) -> Iterator[Metric]:
    labels = ["mailbox"]
    seen = GaugeMetricFamily(
        "docbridge_imap_last_success_timestamp_seconds", "when the mailbox was last read through", labels=labels
    )
    failures = GaugeMetricFamily("docbridge_imap_failures", "failed looks in a row", labels=labels)
    unsettled = GaugeMetricFamily("docbridge_imap_open", "messages that are tried again", labels=labels)
    left = GaugeMetricFamily("docbridge_imap_left", "messages left as too large", labels=labels)
    for name, health in condition.mailboxes.items():
        seen.add_metric([name], health.last_success.timestamp() if health.last_success else 0.0)
        failures.add_metric([name], float(health.failures))
        unsettled.add_metric([name], float(health.open))
        left.add_metric([name], float(health.left))
    yield from (seen, failures, unsettled, left)
