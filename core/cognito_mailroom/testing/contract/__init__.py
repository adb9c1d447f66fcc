"""The contract's tests: what every provider plugin promises."""
