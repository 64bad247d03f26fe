"""What Prometheus reads at /metrics. Labels take values from our own lists: the series are bounded."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from api import VERSION
from api.activity import Activity

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OUTCOMES = {
    Activity.LOGIN_SUCCESS: "success",
    Activity.LOGIN_FAILURE: "failure",
    Activity.LOGIN_THROTTLED: "throttled",
}


class Metrics:
    """Counters of one running service, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # process_start_time_seconds, memory, open files
        self._requests = Counter(
            "http_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._durations = Histogram(
            "http_request_duration_seconds", "Time to answer, seconds.", ["method", "route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5), registry=self._registry,
        )  # fmt: skip
        self._logins = Counter("logins", "Log-in tries by outcome.", ["outcome"], registry=self._registry)
        for outcome in _OUTCOMES.values():
            self._logins.labels(outcome)  # zero from the start, so that the first failure is a rise
        Gauge(
            "api_build_info", "Always 1; the label says which version runs.", ["version"], registry=self._registry
        ).labels(VERSION).set(1)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; `route` is a route's template or `unmatched`."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(method, route).observe(seconds)

    def happened(self, activity: Activity) -> None:
        """Counts log-ins; other activity has no metric."""
        if activity in _OUTCOMES:
            self._logins.labels(_OUTCOMES[activity]).inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
