"""Secrets by reference: `env:NAME` or `file:PATH`, read when they are used and shown nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alerting.refusal import later
from models.secrecy import keep_secret

_OTHERS: Final = 0o077  # permissions of anybody but the owner
_LONGEST: Final = 64 * 1024  # bytes of a secret's file
_KINDS: Final = ("env", "file")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A reference to a secret, or plain text that is none (an address in the open)."""

    reference: str

    def __repr__(self) -> str:
        """The kind of the reference, never the value."""
        return f"Secret({self.reference.partition(':')[0]}:…)" if self.is_reference else "Secret(…)"

    @property
    def is_reference(self) -> bool:
        """Whether the value stands elsewhere, not in the reference itself."""
        kind, _, name = self.reference.partition(":")
        return kind in _KINDS and bool(name)

    def reveal(self) -> str:
        """The value, for the moment of its use.

        Raises:
            DeliveryError: the variable or file is absent or empty, or others may read the file.
        """
        if not self.is_reference:
            return self.reference
        kind, _, name = self.reference.partition(":")
        value = self._from_environment(name) if kind == "env" else self._from_file(Path(name))
        keep_secret(value)
        return value

    def _from_environment(self, name: str) -> str:
        value = os.environ.get(name, "").strip()
        if not value:
            raise later(self.reference, "is not set", hint=f"export {name} before sending")
        return value

    def _from_file(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                mode, held = os.fstat(file.fileno()).st_mode, file.read(_LONGEST)
            value = held.decode().strip()
        except OSError as error:
            raise later(self.reference, f"cannot be read: {error.strerror}", hint="make the file") from error
        except ValueError:
            raise later(self.reference, "is no UTF-8 text", hint="write the secret into it anew") from None
        if mode & _OTHERS:
            raise later(self.reference, "may be read by others", hint=f"chmod 600 {path}")
        if not value:
            raise later(self.reference, "is empty", hint="write the secret into it")
        return value
