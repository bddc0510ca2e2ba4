"""Secrets by reference: `env:NAME` or `file:PATH`, read when they are used and shown nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import DeliveryError

_OTHERS = 0o077  # permissions of anybody but the owner


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A reference to a secret, or plain text that is none (an address in the open)."""

    reference: str

    def __repr__(self) -> str:
        """The reference, never the value."""
        return f"Secret({self.reference.split(':')[0]}:…)"

    def reveal(self) -> str:
        """The value, for the moment of its use.

        Raises:
            DeliveryError: the variable or file is absent, or others may read the file.
        """
        kind, _, name = self.reference.partition(":")
        if kind == "env":
            return self._from_environment(name)
        if kind == "file":
            return self._from_file(Path(name))
        return self.reference

    def _from_environment(self, name: str) -> str:
        value = os.environ.get(name)
        if not value:
            raise DeliveryError(self.reference, "is not set", hint=f"export {name} before sending")
        return value

    def _from_file(self, path: Path) -> str:
        try:
            mode = path.stat().st_mode
            value = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise DeliveryError(self.reference, f"cannot be read: {error.strerror}", hint="make the file") from error
        if mode & _OTHERS:
            raise DeliveryError(self.reference, "may be read by others", hint=f"chmod 600 {path}")
        return value
