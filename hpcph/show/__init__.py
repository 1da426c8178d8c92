"""What figures, page and exports share: units, axes, digits, errors."""
