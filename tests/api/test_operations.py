"""Health and metrics."""

from prometheus_client.parser import text_string_to_metric_families

from cli.embedded.server import Server
from tests.api.conftest import Running, no_database, running


def samples(api: Running) -> dict[tuple[str, ...], float]:
    """Every sample by its name and label values."""
    families = text_string_to_metric_families(api.ask("GET", "/metrics").text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_it_is_healthy_with_its_database(api: Running) -> None:
    assert (api.ask("GET", "/health").status_code, api.ask("GET", "/health").json()) == (200, {"status": "ok"})


def test_it_says_why_it_is_not_and_comes_back_by_itself(api: Running, postgres: Server) -> None:
    with no_database(postgres, api.database_url):
        down = api.ask("GET", "/health")
    assert (down.status_code, down.json()["reason"][:10]) == (503, "PostgreSQL")
    assert api.log_in().status_code == 200


def test_it_starts_before_its_database(postgres: Server) -> None:
    nowhere = "postgresql://app_owner:owner@/app?host=/nowhere"
    with running(nowhere) as api:
        answer = api.log_in()
    assert (answer.status_code, answer.json()["error"]) == (503, "PostgreSQL does not answer.")


def test_metrics_count_requests_and_logins(api: Running) -> None:
    api.log_in()
    api.log_in(password="wrong")
    found = samples(api)
    assert found["logins_total", "success"] == found["logins_total", "failure"] == 1
    assert found["http_requests_total", "POST", "/auth/login", "200"] == 1
    assert found["http_request_duration_seconds_count", "POST", "/auth/login"] == 2
    assert found["api_build_info", "0.1.0"] == 1
    assert found["process_start_time_seconds",] > 1e9


def test_unknown_addresses_and_methods_share_one_label(api: Running) -> None:
    for number in range(20):
        api.ask("GET", f"/nowhere/{number}")
        api.ask(f"METHOD{number}", "/health")
    found = [key for key in samples(api) if key[0] == "http_requests_total" and key[-1] in ("404", "405")]
    assert len(found) == 2


def test_a_wrong_method_is_counted_under_its_route(api: Running) -> None:
    api.ask("DELETE", "/auth/login")
    assert samples(api)["http_requests_total", "DELETE", "/auth/login", "405"] == 1
