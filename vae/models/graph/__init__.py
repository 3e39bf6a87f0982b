"""Networks as data: one description that torch and the page run alike."""
