"""Stand-ins to test with: what the Lambda talks to, on free ports of the loopback interface.

- `cognito_mailroom.testing.kms.AwsServer`: KMS and Cognito's user pools, by moto
- `cognito_mailroom.testing.smtp.SmtpServer`: a mail server, by aiosmtpd
- `cognito_mailroom.testing.cognito`: events and codes as Cognito makes them

Import the module you need: the servers want ``cognito-mailroom[local]``, the events do not.
"""
