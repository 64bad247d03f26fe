"""Events of Docker and Podman: a container's starts and ends, and the commands run in it."""

import pytest

from detection.parsers.interface import Ignored, Rejected
from tests.detection.parsers.reading import ignored, one, parse, read, sketches


def test_starts_ends_and_commands_are_read_with_their_container() -> None:
    parsed = read("docker", "docker_events.jsonl")
    assert [(s.action, s.container_name, s.outcome, s.severity.word) for s in sketches(parsed)] == [
        ("container_started", "web", "success", "informational"),
        ("container_exec", "web", "success", "informational"),
        ("container_out_of_memory", "web", "failure", "medium"),
        ("container_died", "web", "failure", "low"),
        ("container_died", "nightly", "success", "informational"),
        ("container_died", "api", "failure", "low"),
        ("container_started", "api", "success", "informational"),
    ]
    assert len(ignored(parsed)) == 1


def test_times_are_those_of_the_engine_to_the_microsecond() -> None:
    found = [sketch.occurred_at.isoformat() for sketch in sketches(read("docker", "docker_events.jsonl"))]
    assert (found[0], found[-1]) == ("2026-11-20T10:00:00.123456+00:00", "2026-11-20T10:00:07.500000+00:00")


def test_the_sentence_says_command_exit_code_and_image() -> None:
    messages = [sketch.message for sketch in sketches(read("docker", "docker_events.jsonl"))]
    assert messages[1] == "container exec, sh -c id, nginx:1.27"
    assert messages[3] == "container died, exit code 137, nginx:1.27"


def test_a_password_in_a_command_is_taken_out() -> None:
    line = '{"Type":"container","Action":"exec_start: psql password=hunter22secret","timeNano":1795168800123456789}'
    assert "hunter22secret" not in str(one("docker", line))


@pytest.mark.parametrize("text", ["{}", '{"Type":"container"}', '{"Action":"start"}', "2026-11-20 container start"])
def test_what_is_no_event_of_an_engine_is_rejected(text: str) -> None:
    assert isinstance(parse("docker", text), Rejected)


@pytest.mark.parametrize("time", ['"soon"', "true", "-1e300", "{}", "null"])
def test_a_start_without_a_time_is_rejected(time: str) -> None:
    assert isinstance(parse("docker", f'{{"Type":"container","Action":"start","timeNano":{time}}}'), Rejected)


def test_an_odd_exit_code_is_not_believed() -> None:
    line = '{"Type":"container","Action":"die","timeNano":1795168800123456789,"Actor":{"Attributes":{"exitCode":"１"}}}'
    assert one("docker", line).outcome == "unknown"


def test_what_containers_do_beside_is_passed_over() -> None:
    assert isinstance(parse("docker", '{"Type":"container","Action":"rename","time":1795168800}'), Ignored)
