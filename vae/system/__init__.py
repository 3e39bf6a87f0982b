"""What the machine gives: cores, limits, folders and files."""
