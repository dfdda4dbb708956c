"""Templates: sentences with named gaps in braces; a bar marks the point at which a prompt stops."""

from __future__ import annotations

from collections.abc import Iterable


def fill(template: str, **gaps: str) -> list[str]:
    """The whole sentence as words."""
    return template.replace("|", " ").format(**gaps).split()


def fill_prompt(template: str, **gaps: str) -> list[str]:
    """The words before the bar."""
    return template.split("|")[0].format(**gaps).split()


def fixed_words(templates: Iterable[str]) -> frozenset[str]:
    """The words that stand in templates outside of the gaps."""
    words = (word for template in templates for word in template.replace("|", " ").split())
    return frozenset(word for word in words if not word.startswith("{"))
