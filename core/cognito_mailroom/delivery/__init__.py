"""Who is asked to take a mail, in which order, for how long, and whether it went out before."""
