"""What ties a function to a user pool: the pool's settings, the permission, the key, what was before."""
