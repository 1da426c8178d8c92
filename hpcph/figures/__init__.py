"""How it looks: figures."""
