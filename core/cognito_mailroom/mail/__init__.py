"""What a mail says: its variables, the templates, and how these become a subject and two bodies."""
