"""What a result is: every dataset of result.h5, said once."""
