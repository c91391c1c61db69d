"""References to secrets among other texts of a provider's options."""

from __future__ import annotations

from collections.abc import Callable, Iterable

SCHEMES = ("env:", "file:", "keyring:")
PATTERN = r"^(env|file|keyring):.+$"
"""What a key takes that holds nothing but a reference."""


def is_reference(text: str) -> bool:
    """Whether the text says where a secret is."""
    return text.startswith(SCHEMES) and not text.endswith(":")


class Secrets:
    """Resolves references, and hides what they resolved to. Raises what the resolver raises: Misconfigured."""

    def __init__(self, resolve: Callable[[str], str]) -> None:
        self._resolve = resolve
        self._known: set[str] = set()

    def of(self, reference: str) -> str:
        """The secret that the reference leads to."""
        secret = self._resolve(reference)
        self.also(secret)
        return secret

    def also(self, *secrets: str) -> None:
        """Hide these too, such as what was made of a secret."""
        self._known.update(secrets)

    def or_text(self, text: str) -> str:
        """The secret where the text is a reference, else the text."""
        return self.of(text) if is_reference(text) else text

    def hidden(self, text: str) -> str:
        """The text without any of them: servers and programs repeat what they were given."""
        for secret in _longest_first(self._known):
            text = text.replace(secret, "…")
        return text


def _longest_first(secrets: Iterable[str]) -> list[str]:
    """One may hold another. Whole lines count by themselves: a message shows one line of many."""
    lines = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    return sorted((line for line in lines if line), key=len, reverse=True)
