"""The tests of the provider contract."""
