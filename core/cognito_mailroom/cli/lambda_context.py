"""As much of Lambda's context object as the function uses."""

from __future__ import annotations

from uuid import uuid4

from attrs import field, frozen

from cognito_mailroom.deadline import Deadline


@frozen
class LambdaContext:
    """The context of one invocation, which may take so many seconds from now."""

    deadline: Deadline = field(converter=Deadline)
    function_name: str = "cognito-mailroom"
    aws_request_id: str = field(factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return int(self.deadline.remaining() * 1000)
