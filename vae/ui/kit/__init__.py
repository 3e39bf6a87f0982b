"""What every tab is made of: parts, endpoints, pictures, words."""
