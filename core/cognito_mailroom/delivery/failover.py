"""Decides which provider is tried next, for how long, and whether it is tried again."""

from __future__ import annotations

from attrs import define, field

from cognito_mailroom.errors import MailroomError, RateLimited

# A provider that failed is likely to fail again, but not for long: tried last for this many seconds.
_RETRY_LAST_SECONDS = 60.0
# What an attempt needs after a wait; less than this is not worth waiting for.
_ATTEMPT_SECONDS = 2.0


@define
class Failover:
    """What a warm process remembers of its providers. All times are in seconds of one monotonic clock."""

    providers: tuple[str, ...]
    _failed_at: dict[str, float] = field(factory=dict, init=False)

    def order(self, now: float) -> tuple[str, ...]:
        """As configured, but those that failed lately come last."""
        return tuple(sorted(self.providers, key=lambda name: self._failed_lately(name, now)))

    def failed(self, provider: str, now: float) -> None:
        """It did not take a mail, for a reason of its own."""
        self._failed_at[provider] = now

    def delivered(self, provider: str) -> None:
        """It took a mail: whatever was wrong is over."""
        self._failed_at.pop(provider, None)

    def share(self, left: float, untried: int) -> float:
        """How long the next of the untried providers may take, so that the others have as long."""
        return left / untried

    def wait(self, error: MailroomError, left: float) -> float | None:
        """How long to wait before the last provider is asked once more, or None for not at all."""
        if not isinstance(error, RateLimited) or error.retry_after is None:
            return None
        wait = max(0.0, error.retry_after)
        return wait if wait + _ATTEMPT_SECONDS <= left else None

    def _failed_lately(self, provider: str, now: float) -> bool:
        return now - self._failed_at.get(provider, -_RETRY_LAST_SECONDS) < _RETRY_LAST_SECONDS
