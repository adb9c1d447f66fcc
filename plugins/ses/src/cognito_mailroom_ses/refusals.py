"""What SES's refusals mean."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from cognito_mailroom import ConfigurationError, MailroomError, RateLimited, Rejected, Secret
from cognito_mailroom.transport import cleaned, refusal, retry_after
from urllib3 import HTTPHeaderDict

# SES does not name the field whose address is malformed; what it says is from Java's mail library.
_ABOUT_RECIPIENT = re.compile(
    r"(?i)(?!.*\b(from|reply|source|identity|arn|verified))"
    r".*\b(address|domain|local name|local part|user name|group|quote)\b"
)
_TOO_MANY = ("Throttling", "TooManyRequests", "LimitExceeded")
_ACTIONS = "ses:SendEmail, ses:SendTemplatedEmail and ses:ApplyTrackingConfigurationOverrides"


def refused(answer: Mapping[str, Any]) -> MailroomError:
    """The error that a refusal means, as botocore parsed it.

    An account or a sender that may not send, a configuration set or a template that does not exist, a
    content that SES does not like: all that is for an operator to mend, and another provider may take
    the mail. Only a malformed recipient is not.
    """
    error, meta = answer["Error"], answer["ResponseMetadata"]
    code, status, headers = str(error["Code"]), meta["HTTPStatusCode"], HTTPHeaderDict(meta["HTTPHeaders"])
    secrets = [Secret(os.environ.get(name, "")) for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    words = cleaned(str(error["Message"] or ""), *secrets)
    if code.startswith("AccessDenied"):
        words = f"the function's role needs {_ACTIONS}. {words}"
    said = words if code == str(status) else f"{words} ({code})".strip()
    if code.startswith(_TOO_MANY):
        return RateLimited(f"SES answered {status}: {said}.", retry_after(headers))
    if code == "BadRequestException" and _ABOUT_RECIPIENT.match(words):
        return Rejected(f"SES refuses the recipient: {said}.")
    return refusal("SES", status, said, headers)


def unusable(error: Exception) -> ConfigurationError:
    """For what boto3 raises before it has anything to send."""
    what = "check SES_REGION, the function's role and the variables of boto3"
    return ConfigurationError(f"SES cannot be called ({type(error).__name__}): {what}.")
