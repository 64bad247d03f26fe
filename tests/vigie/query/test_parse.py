"""The query language as people type it, and what each text means."""

import pytest

from vigie.query import parse
from vigie.query.matches import matches

_EVENT = {
    "severity": 4, "source": "ssh", "category": "authentication", "action": "authn_login_fail", "outcome": "failure",
    "reason": "wrong_password", "user_name": "alice@example.org", "source_ip": "203.0.113.7", "http_status": 401,
    "message": "Failed password for alice: 3 tries (last)", "rule": None, "container_name": "",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "source:ssh", "SOURCE:ssh", "source:ssh OR source:web",
        "user:alice@example.org", "user_name:alice*", "user_name:*@example.org", "user.name:a*@*.org",
        "severity:high", "level:HIGH", "severity:>=high", "severity:>medium", "severity:medium..critical",
        "severity:..high", "severity:high..",
        "status:401", "status:4xx", "status:400..499", "status:>=400", "status:<402",
        "ip:203.0.113.7", "ip:203.0.113.0/24", "ip:203.0.113.9/24", "ip:203.0.*", "ip:::ffff:203.0.113.7",
        "outcome:FAILURE", "source:(falco OR ssh)", "status:(404 OR 4xx)", "ip:(10.0.0.0/8 OR 203.0.113.7)",
        "failed", "FAILED PASSWORD", '"failed password"', "failed*alice", "authn_login", "203.0.113.7", "tries (last)",
        "message:failed", 'message:"password for"', "message:fail*tries", "-rule:*", 'rule:""', "NOT container:*",
        "user:* source:*", "-success", "NOT (success OR ok)", "--failed", "not found OR password", "“failed password”",
        "failed AND password", "nothing OR password failed", "(nothing OR password) failed", "alice\\:",
    ],
)  # fmt: skip
def test_it_finds_the_event(text: str) -> None:
    assert matches(parse(text), _EVENT)


@pytest.mark.parametrize(
    "text",
    [
        "source:Ssh", "source:ss", "user:alice", "user:ALICE*", "severity:>high", "severity:..medium", "status:5xx",
        "ip:203.0.114.0/24", "ip:2001:db8::/32", "ip:::/0", "outcome:success", "source:(falco OR web)", "rule:*",
        '"password failed"', '"failed*alice"', "alice*failed", "203.0.113", "-source:ssh", "-source:s*",
        "failed -password", "nothing OR password nothing", "container:*",
        "reason:\\*", 'reason:"*"', "agent:x", "-203.0.113.7",
    ],
)  # fmt: skip
def test_it_leaves_the_event_out(text: str) -> None:
    assert not matches(parse(text), _EVENT)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("ip:10.0.0.1 AND status:404", "source_ip:10.0.0.1 http_status:404"),
        ("NOT user:alice", "-user_name:alice"),
        ('user:"alice"', "user_name:alice"),
        ("source:ssh orchid", "source:ssh orchid"),
        ("a AND (b OR c) AND NOT (d e)", "a (b OR c) -(d e)"),
        ("((a OR b) OR (c))", "a OR b OR c"),
        ("source:falco OR source:ssh", "source:(falco OR ssh)"),
        ("status:4XX", "http_status:400..499"),
        ("severity:>medium", "severity:>=high"),
        ("ip:203.0.113.9/24", "source_ip:203.0.113.0/24"),
        ("ip:2001:DB8:0::1", "source_ip:2001:db8::1"),
        ('user:""', "-user_name:*"),
        ("a***b", "a*b"),
        ("*word*", "word"),
        ("http://example.org/x", '"http://example.org/x"'),
        ("user:DOMAIN\\alice", 'user_name:"DOMAIN\\\\alice"'),
        ("12:30:01", '"12:30:01"'),
        ("not found", '"not" found'),
        ("- x", '"-" x'),
    ],
)
def test_it_prints_one_way_of_saying_it(typed: str, canonical: str) -> None:
    assert str(parse(typed)) == canonical
