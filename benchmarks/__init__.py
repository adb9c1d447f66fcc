"""What the mailroom costs beside the function that one would write by hand; see README.md here."""
