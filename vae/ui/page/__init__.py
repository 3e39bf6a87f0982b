"""A model as one HTML file, which opens from the disk without a server."""
