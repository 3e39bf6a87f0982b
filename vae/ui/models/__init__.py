"""Which models there are, what is open of them, and what several tabs show of one."""
