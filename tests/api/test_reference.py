"""docs/reference/api.md says what the code does."""

from pathlib import Path

from fastapi.routing import APIRoute

from api.activity import Activity
from api.routes import auth, operations, users
from api.settings import Settings


def test_every_setting_is_described_in_the_words_of_the_code(root: Path) -> None:
    page = (root / "docs/reference/api.md").read_text(encoding="utf-8")
    for field in Settings.model_fields.values():
        assert f"| `{field.alias}` |" in page
        assert str(field.description).replace("postgresql://role:password@host/app", "") in page.replace(
            "`postgresql://role:password@host/app`", ""
        )


def test_every_endpoint_and_event_is_described(root: Path) -> None:
    page = (root / "docs/reference/api.md").read_text(encoding="utf-8")
    routes = [route for each in (auth, users, operations) for route in each.router.routes]
    for route in routes:
        assert isinstance(route, APIRoute)
        assert all(f"| `{method} {route.path}" in page for method in route.methods)
    for activity in Activity:
        assert f"| `{activity.stored}` | `{activity.owasp}` |" in page
