"""One module per tab, each with one `build(shared)`; the registry is `vae.ui.TABS`."""
