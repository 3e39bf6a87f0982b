"""A caller's own model and images, explored from Python: in the caller's process, as it stands in memory."""
