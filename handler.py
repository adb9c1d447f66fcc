"""What Lambda is told to call: ``handler.lambda_handler``, or ``handler.queue_handler`` behind a queue."""

import gc
from typing import Any

gc.disable()  # nothing that is imported is garbage; the start ends with its being enabled again

from cognito_mailroom.function.trigger import lambda_handler  # noqa: E402

__all__ = ["lambda_handler", "queue_handler"]  # noqa: F822 - the second is made on demand


def __getattr__(name: str) -> Any:
    # Only the function behind a queue pays for what working it off takes.
    if name == "queue_handler":
        from cognito_mailroom.function.queue_worker import queue_handler

        return queue_handler
    raise AttributeError(name)
