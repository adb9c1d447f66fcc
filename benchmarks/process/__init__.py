"""What runs inside the measured process; it imports nothing that Python has not loaded already."""
