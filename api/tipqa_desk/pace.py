"""How fast many mails go out: evenly, slower where the server asks for it, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

_LONGEST = 300.0  # seconds between two tries
_IN_A_ROW = 5  # mails that a server puts off before it is left alone


class Pace:
    """Waits between mails.

    Args:
        rate: mails a minute.
        pause: seconds to wait after the first mail that was not taken for now; twice as
            long after each that follows it.
        tell: called after each mail with how many were dealt with, and how many there are.
    """

    def __init__(self, rate: int, pause: float, tell: Callable[[int, int], object]) -> None:
        self._gap = 60 / rate
        self._pause = pause
        self._tell = tell
        self._held_up = 0
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next mail may go."""
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._gap

    def goes_on(self, done: int, total: int, *, held_up: bool) -> bool:
        """Take note of how a mail went; whether to go on with the next.

        Args:
            done, total: how many mails were dealt with, of how many.
            held_up: the server did not take it for now, or nobody knows whether it did.
        """
        self._tell(done, total)
        if not held_up:
            self._held_up = 0
            return True
        self._held_up += 1
        longer = min(_LONGEST, self._pause * 2 ** (self._held_up - 1))
        self._next = max(self._next, time.monotonic() + longer)
        return self._held_up < _IN_A_ROW
