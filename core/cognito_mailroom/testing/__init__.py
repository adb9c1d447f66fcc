"""The kit: what plugins are proven with, and stand-ins for all that the Lambda talks to.

- `cognito_mailroom.testing.contract.ProviderContract`: the promises of every provider, as tests
- `cognito_mailroom.testing.builders`: a notification and a message with something private in them
- `cognito_mailroom.testing.http.HttpServer`: a scriptable HTTP server, and `HttpStandIn` on top of it
- `cognito_mailroom.testing.smtp.SmtpServer`: a mail server, by aiosmtpd
- `cognito_mailroom.testing.kms.AwsServer`: KMS and Cognito's user pools, by moto
- `cognito_mailroom.testing.runtime.Function`: a function under AWS's own runtime client
- `cognito_mailroom.testing.cognito`: events and codes as Cognito makes them

Import the module you need. All listen on free ports of the loopback interface. The contract wants
``cognito-mailroom[testing]``, the servers ``cognito-mailroom[local]``, the events neither.
"""
