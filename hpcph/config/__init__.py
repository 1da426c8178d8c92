"""The input: YAML → validated, frozen settings. Only rank 0 comes here."""
