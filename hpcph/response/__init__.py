"""What it does: thermal response, feedback, maps."""
