"""The user pool's side of ``attach`` and ``detach``: its settings, the key, the permission, the saved state."""
