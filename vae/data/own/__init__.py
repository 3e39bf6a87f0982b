"""One's own images as a data set: an archive is read, its pictures decoded, the set kept."""
