"""All that knows Cognito: its events, their encryption, whom a mail goes to, and how events wait."""
