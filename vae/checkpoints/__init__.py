"""Self-describing files of trained models, and their way to and from the Hub."""
