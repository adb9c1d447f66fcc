"""The user pool's side of ``attach`` and ``detach``: settings, key, permission, saved state."""
