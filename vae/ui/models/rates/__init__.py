"""Rate against distortion: every model of a data set as a point, and the floor under them."""
