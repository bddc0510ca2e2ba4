"""Clean pages in a child process, each within a deadline and a memory cap: a hostile page costs only itself.

*Seen*: 1.4 MB of markup hold an extractor for 12 s, 20 MB tables for 40 s. The child is used again for the next page;
it is ended and replaced after a page that ran past its deadline, out of memory, or took it down.
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from cleaning.clean import clean
from cleaning.language import detect
from models.errors import WirewatchError
from models.records import Discard, DiscardReason, Page, Story

_START_S: Final = 120.0  # seconds in which a child must be ready: it loads the extractor and the language model
_READY: Final = "ready"
_MIB: Final = 1024 * 1024
_JOIN_S: Final = 5.0


def clean_safely(pages: Iterable[Page], *, deadline_s: float, memory_mib: int) -> Iterator[Story | Discard]:
    """Clean pages one by one, in order, each within its limits; one answer for each page.

    Args:
        pages: what to clean; taken as the answers are asked for.
        deadline_s: seconds that one page may take.
        memory_mib: MiB of memory that cleaning may take beyond what the loaded child holds.

    Yields:
        What `cleaning.clean.clean` gives, or a discard: UNREADABLE for a page that ran past the deadline, raised, or
        took the child down, TOO_LARGE for one that ran out of memory.

    Raises:
        WirewatchError: no child process could be started.
    """
    child: _Child | None = None
    try:
        for page in pages:
            child = child or _Child(memory_mib)
            answer = child.ask(page, deadline_s)
            if child.is_spent:
                child.end()
                child = None
            yield answer
    finally:
        if child:
            child.end()


class _Child:
    """A process that cleans what it is sent; `is_spent` once it has been lost or has to be ended."""

    def __init__(self, memory_mib: int) -> None:
        context = get_context("spawn")  # a fork would copy locks that threads of the caller may hold
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, memory_mib), daemon=True)
        self.is_spent = False
        self._process.start()
        theirs.close()
        if not self._is_ready():
            self.end()
            raise WirewatchError(
                "cleaning worker", "the child process did not start", hint="see its error output above"
            )

    def _is_ready(self) -> bool:
        with suppress(EOFError, OSError):
            return self._pipe.poll(_START_S) and self._pipe.recv() == _READY
        return False

    def ask(self, page: Page, deadline_s: float) -> Story | Discard:
        """One page's answer, within the deadline."""
        try:
            self._pipe.send(page)
            if self._pipe.poll(deadline_s):
                answer = self._pipe.recv()
                if isinstance(answer, Story | Discard):
                    self.is_spent = isinstance(answer, Discard) and answer.detail == _OUT_OF_MEMORY
                    return answer
            problem = f"took longer than {deadline_s:g} s"
        except (EOFError, OSError):
            problem = "the child process died"
        self.is_spent = True
        return Discard(url=page.final_url or page.url, reason=DiscardReason.UNREADABLE, detail=problem)

    def end(self) -> None:
        """End the process and free what belongs to it."""
        self._pipe.close()
        if self.is_spent:
            self._process.kill()
        self._process.join(_JOIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


_OUT_OF_MEMORY: Final = "out of memory"


def _serve(pipe: Connection, memory_mib: int) -> None:
    """The child's life: load, cap the memory, then answer until the other end is closed."""
    logging.disable()  # a library's words on a page hold the page's own; what they come down to is the answer
    detect("Load the language model before the memory is capped.")
    _cap_memory(memory_mib)
    pipe.send(_READY)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            pipe.send(_answer(pipe.recv()))


def _answer(page: Page) -> Story | Discard:
    url = page.final_url or page.url
    try:
        return clean(page)
    except MemoryError:
        return Discard(url=url, reason=DiscardReason.TOO_LARGE, detail=_OUT_OF_MEMORY)
    except Exception as problem:  # noqa: BLE001 whatever a library trips over is a property of the page, counted as such
        return Discard(url=url, reason=DiscardReason.UNREADABLE, detail=f"{type(problem).__name__}: {problem}"[:300])


def _cap_memory(memory_mib: int) -> None:
    """Let the address space grow by so much and no more, from where it stands with everything loaded."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 a pseudo-file, not a path of the project
        held = int(statm.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = held + memory_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
