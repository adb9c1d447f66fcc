"""What Lambda calls: the trigger's function, the queue's forwarder and worker, and how they start."""
