"""The functions one would write from AWS's documentation of the trigger, one for each provider."""
