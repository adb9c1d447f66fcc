"""The record of one event, written as one log line and one set of CloudWatch metrics.

Neither holds a code, an address or anything a user wrote. A recipient appears as a digest, keyed with the
ARN of the KMS key: who knows an address can search for it, and nobody reads one off a log.
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

from cognito_mailroom.address import Address
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.errors import ConfigurationError, MailroomError, Rejected, Suppressed, Unsupported
from cognito_mailroom.message import Receipt
from cognito_mailroom.notification import Trigger
from cognito_mailroom.plugins.error_translation import describe

NAMESPACE = "CognitoMailroom"

_log = logging.getLogger("cognito_mailroom")
_LEVELS = dict.fromkeys(("Failed", "Rejected", "Suppressed", "Unsupported"), logging.ERROR) | dict.fromkeys(
    ("Expired", "Vetoed", "DryRun"), logging.WARNING
)


@define
class EventRecord:
    """What happened to one event so far. Durations are in milliseconds."""

    request_id: str = ""
    outcome: str = "Failed"
    """Delivered, Rejected, Suppressed, Unsupported, Failed, Expired, Vetoed, Duplicate, DryRun or Queued."""
    reason: str = ""
    receipt: Receipt | None = None
    facts: dict[str, Any] = field(factory=dict)
    attempts: list[dict[str, Any]] = field(factory=list)
    durations: dict[str, float] = field(factory=dict)
    not_understood: int = 0
    """How many refusals of providers were not understood."""

    def of(self, request: Request) -> None:
        """Which event it is about."""
        self.facts |= {
            "trigger": str(request.trigger),
            "pool": request.pool_id,
            "client": request.client_id,
        }
        if not isinstance(request.trigger, Trigger):
            _log.warning("%s is not a documented trigger source: its mail is generic", request.trigger)

    def to(self, recipient: Address, key: str) -> None:
        """Whom it is for, as a keyed digest that is the same in upper and lower case."""
        digest = hmac.digest(key.encode(), str(recipient).lower().encode(), "sha256")
        self.facts["recipient"] = digest.hex()[:16]

    def close(self, outcome: str, reason: str = "") -> None:
        """How it ended."""
        self.outcome, self.reason = outcome, reason

    def delivered(self, receipt: Receipt) -> None:
        """That it ended well."""
        self.close("Delivered")
        self.receipt = receipt
        self.facts |= {"provider": receipt.provider, "message_id": receipt.message_id}

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        """Adds the time spent inside to the duration of a step."""
        start = monotonic()
        try:
            yield
        finally:
            self.durations[step] = self.durations.get(step, 0.0) + _since(start)

    @contextmanager
    def attempt(self, provider: str) -> Iterator[None]:
        """Notes how a provider fared."""
        start, outcome = monotonic(), {"outcome": "Delivered"}
        try:
            yield
        except MailroomError as error:
            outcome = {"outcome": type(error).__name__, "reason": str(error)}
            if isinstance(error, ConfigurationError) and not error.understood:
                self.not_understood += 1
            raise
        finally:
            self.attempts.append({"provider": provider, **outcome, "milliseconds": _since(start)})


@contextmanager
def recorded(request_id: str) -> Iterator[EventRecord]:
    """Writes the record of one event, however it ends. What no retry can mend is raised no further."""
    record = EventRecord(request_id)
    try:
        yield record
    except (Rejected, Suppressed, Unsupported) as error:
        record.close(type(error).__name__, str(error))
    except MailroomError as error:
        record.close("Failed", f"{type(error).__name__}: {error}")
        raise
    except BaseException as error:
        record.close("Failed", describe(error))
        raise
    finally:
        _write(record)


def _since(start: float) -> float:
    return round((monotonic() - start) * 1000, 1)


def _write(record: EventRecord) -> None:
    """Logs the line, and under Lambda prints the metrics, which CloudWatch picks out of the log."""
    facts = {
        **record.facts,
        "request_id": record.request_id,
        "outcome": record.outcome,
        "reason": record.reason,
        "attempts": record.attempts,
        "milliseconds": record.durations,
    }
    provider = record.facts.get("provider")
    outcome = record.outcome.replace("DryRun", "dry run").lower()
    words = (record.facts.get("trigger", "event"), outcome, f"by {provider}" if provider else "")
    summary = " ".join(filter(None, words)) + (f": {record.reason}" if record.reason else "")
    shown = {name: fact for name, fact in facts.items() if fact}
    # A provider that keeps failing should be seen, also while another one steps in.
    fine = logging.WARNING if len(record.attempts) > 1 else logging.INFO
    _log.log(_LEVELS.get(record.outcome, fine), "%s", summary, extra={"mailroom": shown})
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        print(json.dumps(_metrics(record)), flush=True)  # noqa: T201 - CloudWatch reads them off stdout


def _metrics(record: EventRecord) -> dict[str, Any]:
    """CloudWatch's embedded metric format, by provider and trigger.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    tried = {each["provider"] for each in record.attempts}
    counts = {record.outcome: 1, "Failover": max(0, len(tried) - 1)}
    counts |= {"RefusalNotUnderstood": record.not_understood}
    latencies = {f"{step.capitalize()}Latency": spent for step, spent in record.durations.items()}
    units = dict.fromkeys(counts, "Count") | dict.fromkeys(latencies, "Milliseconds")
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Provider", "Trigger"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
    }
    return {
        "_aws": {"Timestamp": int(time() * 1000), "CloudWatchMetrics": [directive]},
        "Provider": record.facts.get("provider") or (record.attempts[-1]["provider"] if tried else "none"),
        "Trigger": record.facts.get("trigger", "unknown"),
        **counts,
        **latencies,
    }
