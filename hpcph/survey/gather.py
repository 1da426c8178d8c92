"""The end of a survey on rank 0: rows become tables and the page, and the user reads which crystals stand out."""
