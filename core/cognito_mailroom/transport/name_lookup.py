"""Look-ups of names that end with a deadline, which the system's resolver knows nothing of."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from threading import Lock, Thread
from typing import Any

from cognito_mailroom.deadline import Deadline

_Addresses = list[Any]
# A name server answers in milliseconds; after so long, or half of the time that there is, the addresses
# that a host had before serve.
_PATIENCE_SECONDS = 1.0
_LOOK_UPS = 2  # at once for a host


class NameLookUpTimeout(TimeoutError):
    """The name server did not answer in time."""


def addresses(host: str, port: int, deadline: Deadline) -> _Addresses:
    """What `socket.getaddrinfo` finds; where it stalls or fails, what it found the last time.

    Raises:
        OSError: the name is unknown, or was not looked up before the deadline.
        UnicodeError: the name cannot be one.

    """
    if _is_numeric(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    look_up = _begin(host, port)
    left = deadline.remaining()
    look_up.join(min(look_up.patience.remaining(), left / 2) if (host, port) in _last_found else left)
    if look_up.found is not None:
        return look_up.found
    if known := _last_found.get((host, port)):
        return known
    if look_up.failure:
        # Not what was raised in the thread itself, which later calls join: it would collect their frames.
        raise type(look_up.failure)(*look_up.failure.args)
    raise NameLookUpTimeout("the name server did not answer in time")


class _LookUp(Thread):
    """One call of the system's resolver. It may outlast the event, the deadline and the interpreter."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="name-look-up", daemon=True)
        self.patience = Deadline(_PATIENCE_SECONDS)
        self.found: _Addresses | None = None
        self.failure: Exception | None = None
        self._asked = host, port

    def run(self) -> None:
        """Looks up."""
        try:
            self.found = socket.getaddrinfo(*self._asked, type=socket.SOCK_STREAM)
        except Exception as failure:  # noqa: BLE001 - it is raised where it is waited for
            self.failure = failure.with_traceback(None)
        else:
            _last_found[self._asked] = self.found


_begun: dict[tuple[str, int], list[_LookUp]] = {}
_last_found: dict[tuple[str, int], _Addresses] = {}
_lock = Lock()


def _begin(host: str, port: int) -> _LookUp:
    """The look-up that is under way, or a new one.

    Also where that one has stalled: the name server may answer again. At most it costs two threads a host.
    """
    with _lock:
        under_way = [each for each in _begun.get((host, port), ()) if each.is_alive()]
        stalled = all(not each.patience.remaining() for each in under_way)
        if stalled and len(under_way) < _LOOK_UPS:
            under_way.append(_LookUp(host, port))
            under_way[-1].start()
        _begun[host, port] = under_way
        return under_way[-1]


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
