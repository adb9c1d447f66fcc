"""Builds the mails anew whenever a file of theirs is saved, and tells everybody who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event, Thread

import jinja2
from jinja2.bccache import Bucket
from watchfiles import watch

from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.mail.environment import DEFAULTS

from .mails import Mails

# Milliseconds: editors save in several steps, which take less; a repaint is to be there within 300.
_STEP, _DEBOUNCE = 20, 100
_READY = 5.0  # seconds at most until the first change would be seen


class Bytecode(jinja2.BytecodeCache):
    """Keeps what templates were compiled to; Jinja finds it by the text that it was compiled from."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills a bucket, if its template has been compiled before."""
        if kept := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a bucket."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class _End(Event):
    """Who watches asks again and again whether it is set, first when the watching has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.first_asked = Event()

    def is_set(self) -> bool:
        self.first_asked.set()
        return super().is_set()


class Current:
    """The mails as the files are now; ``version`` counts how often they have changed.

    ``fault`` says why there are no others than before: the folder is gone, say.
    """

    def __init__(self, build: Callable[[], Mails]) -> None:
        self._build = build
        self.mails = build()
        self.fault = ""
        self.version = 1
        self._changed = Condition()

    def wait(self, seen: int, seconds: float) -> int:
        """Waits until there is another version than the one that was seen, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != seen, seconds)
            return self.version

    @contextmanager
    def following(self, folder: Path | None) -> Iterator[None]:
        """Watches the folder, and the templates of core, as long as the block lasts."""
        end = _End()
        places = (DEFAULTS, *([folder] if folder else ()))
        thread = Thread(target=self._follow, args=(places, end), daemon=True)
        thread.start()
        end.first_asked.wait(_READY)
        try:
            yield
        finally:
            end.set()
            thread.join()

    def _follow(self, places: tuple[Path, ...], end: Event) -> None:
        for _ in watch(*places, stop_event=end, step=_STEP, debounce=_DEBOUNCE, rust_timeout=500):
            try:
                mails, fault = self._build(), ""
            except ConfigurationError as error:
                mails, fault = self.mails, str(error)
            except OSError as error:  # what was there a moment ago is not
                mails, fault = self.mails, f"The folder cannot be read: {error.strerror}."
            with self._changed:
                self.mails, self.fault, self.version = mails, fault, self.version + 1
                self._changed.notify_all()
