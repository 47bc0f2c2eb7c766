"""What is counted and measured: `metrics.deliveries.labels("kept").inc()`.

Labels are few and fixed: never an id, a name or an address. Names say their unit.
"""

from prometheus_client import Counter, Gauge, Histogram

from . import counting as counting  # before the first instrument: it says where they count

ANSWERS = ("kept", "refused", "unknown", "not_json", "too_slow", "too_large", "unavailable")
OUTCOMES = ("done", "duplicate", "ignored", "failed")
SENDS = ("sent", "again", "failed", "unclear")
BOT_CALLS = ("done", "again", "failed", "dropped")
COMPARED = ("done", "failed")
OFFERS = ("accepted", "declined", "expired", "withdrawn")

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_WORK = (0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60)


def _counter(name: str, help: str, *labels: str) -> Counter:
    return Counter(f"webgateway_{name}_total", help, labels, registry=None)


def _histogram(name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"webgateway_{name}_seconds", help, labels, registry=None, buckets=buckets)


deliveries = _counter("deliveries", "Deliveries from Meta, by our answer", "answer")
door = _histogram("door", "From a delivery's last byte to its commit, the longest of each commit", _QUICK)

events = _counter("events", "Events that were worked on, by outcome", "outcome")
jobs = _histogram("job", "Work of the worker, by kind", _WORK, "kind")
job_failures = _counter("job_failures", "Work that failed by a defect of ours, by kind", "kind")

sends = _counter(
    "sends",
    "Parts of messages, by what became of the attempt to send them; code and subcode are Meta's",
    *("result", "code", "kind"),
)

bot_calls = _counter("bot_calls", "Calls of bots, by what became of the attempt", "outcome")
bot_seconds = _histogram("bot_call", "Calls of bots, from looking up the name to the answer's end", _SLOW)
comparisons = _counter(
    "comparisons",
    "Comparisons with Meta's conversations (of recoveries, by page and channel) that ended, by how",
    "result",
)
offers = _counter("offers", "Conversations that rang at an agent, by what became of it", "outcome")

graph = _histogram("graph", "Calls of Meta's Graph API, by path without ids", _SLOW, "method", "path")
graph_answers = _counter("graph_answers", "Answers of Meta's Graph API", "method", "path", "kind")
graph_usage = Gauge(
    "webgateway_graph_usage_percent",
    "How much of its limits Meta's latest answer said is used up: of the app, or by use case",
    ["limit", "measure"],
    registry=None,
    multiprocess_mode="livemostrecent",
)

requests = _histogram("http_request", "Answers to HTTP requests", _QUICK, "endpoint", "status")


def show_zeros() -> None:
    """A counter is there before it counts: the first step from nothing to one is one that rate() sees."""
    for answer in ANSWERS:
        deliveries.labels(answer)
    for outcome in OUTCOMES:
        events.labels(outcome)
    for result in SENDS:
        sends.labels(result, "", "")
    for result in BOT_CALLS:
        bot_calls.labels(result)
    for result in COMPARED:
        comparisons.labels(result)
    for outcome in OFFERS:
        offers.labels(outcome)
