"""The row above the tabs."""
