"""What Lambda is told to call: ``handler.lambda_handler``."""

from cognito_mailroom.aws_lambda import lambda_handler

__all__ = ["lambda_handler"]
