"""What is recorded of an event, and what third-party libraries may log."""
