"""``python -m cognito_mailroom.cli``."""

from . import main

main()
