"""How it vibrates: modes and their angular momentum."""
