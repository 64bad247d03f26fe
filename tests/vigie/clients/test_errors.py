"""Every way to fail is described."""

from pathlib import Path

from vigie.clients import errors


def test_every_error_has_a_line_in_the_reference(root: Path) -> None:
    page = (root / "docs" / "reference" / "clients.md").read_text(encoding="utf-8")
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and each.__module__ == errors.__name__]
    missing = {each.__name__ for each in kinds if f"`{each.__name__}`" not in page}
    assert missing == {"SourceError"}  # what they have in common
