"""For plugins that speak to a provider over the network: connections that are kept, and time that ends.

- `cognito_mailroom.transport.http`: an HTTP client for one origin, and what its answers mean
- `cognito_mailroom.transport.requests`: the same connection under an SDK that is built on requests
- `cognito_mailroom.transport.boto`: clients of AWS services, and the same connection under them
- `cognito_mailroom.transport.mime`: the mail as RFC 5322 has it, for those that take it whole
- `cognito_mailroom.transport.sockets`: what these, and SMTP, stand on

Core itself imports what it asks KMS with, and no more.
"""
