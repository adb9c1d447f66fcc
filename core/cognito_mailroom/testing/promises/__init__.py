"""The parts of `cognito_mailroom.testing.contract.ProviderContract`."""
