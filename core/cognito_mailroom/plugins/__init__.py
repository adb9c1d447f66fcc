"""Hooks, and who implements them. It imports nothing, since `cognito_mailroom` itself imports `hookspecs`."""
