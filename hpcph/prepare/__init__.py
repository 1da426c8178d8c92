"""From a validated input to a job: all that rank 0 does alone before the work starts."""
