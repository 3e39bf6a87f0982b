"""Networks, and the variational autoencoder that is made of one."""
