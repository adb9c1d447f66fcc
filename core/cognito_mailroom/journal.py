"""What is written down of each event: one line to read and search, one set of metrics to watch.

Neither holds a code, an address or anything a user wrote. A recipient appears as a digest, keyed with the
KMS key's ARN, so that whoever knows an address can search for it, and nobody can read one.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, time
from typing import Any

from attrs import define, field

from .address import Address

_log = logging.getLogger("cognito_mailroom")

NAMESPACE = "CognitoMailroom"


@define
class Entry:
    """What happened to one event so far. Durations are in milliseconds."""

    trigger: str = "unknown"
    pool: str = ""
    client: str = ""
    request_id: str = ""
    recipient: str = ""
    """A keyed digest."""
    outcome: str = "Failed"
    """One of Delivered, Rejected, Failed, Expired, Vetoed, Duplicate, DryRun, Queued."""
    reason: str = ""
    provider: str = ""
    message_id: str = ""
    attempts: list[dict[str, Any]] = field(factory=list)
    """Each provider tried, with its outcome and duration."""
    durations: dict[str, float] = field(factory=dict)

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        """Adds the time spent inside to the duration of a step."""
        start = monotonic()
        try:
            yield
        finally:
            spent = (monotonic() - start) * 1000
            self.durations[step] = round(self.durations.get(step, 0.0) + spent, 1)

    def write(self) -> None:
        """Logs the line, and under Lambda prints the metrics, which CloudWatch picks out of the log."""
        level = {"Failed": logging.ERROR, "Rejected": logging.ERROR, "Expired": logging.WARNING}
        words = filter(None, (self.trigger, self.outcome.lower(), self.provider and f"by {self.provider}"))
        summary = " ".join(words) + (f": {self.reason}" if self.reason else "")
        _log.log(level.get(self.outcome, logging.INFO), summary, extra={"mailroom": self._facts()})
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            print(json.dumps(self._metrics()), flush=True)  # noqa: T201 - the format is read off stdout

    def _facts(self) -> dict[str, Any]:
        facts = {
            "trigger": self.trigger,
            "pool": self.pool,
            "client": self.client,
            "request_id": self.request_id,
            "recipient": self.recipient,
            "outcome": self.outcome,
            "reason": self.reason,
            "message_id": self.message_id,
            "attempts": self.attempts,
            "milliseconds": self.durations,
        }
        return {name: value for name, value in facts.items() if value}

    def _metrics(self) -> dict[str, Any]:
        """CloudWatch's embedded metric format, by provider and trigger.

        Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        """
        counts = {self.outcome: 1, "Failover": max(0, len({each["provider"] for each in self.attempts}) - 1)}
        latencies = {f"{step.capitalize()}Latency": spent for step, spent in self.durations.items()}
        units = dict.fromkeys(counts, "Count") | dict.fromkeys(latencies, "Milliseconds")
        return {
            "_aws": {
                "Timestamp": int(time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": [["Provider", "Trigger"]],
                        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
                    }
                ],
            },
            "Provider": self.provider or "none",
            "Trigger": self.trigger,
            **counts,
            **latencies,
        }


def digest(recipient: Address, key: str) -> str:
    """A short keyed digest of an address, the same for the same address in whatever case."""
    return hmac.digest(key.encode(), str(recipient).lower().encode(), "sha256").hex()[:16]
