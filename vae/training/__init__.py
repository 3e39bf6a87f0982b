"""Objectives, schedules and the one training loop."""
