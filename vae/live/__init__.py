"""Training while somebody watches: a process of its own for each run, and what the page needs to show it.

`recipe` is what a person chooses, `session` the training that can be driven, `events` what it tells, `moments` what it
leaves on disk, `worker` the process, `runs` the queue and the runs of everybody. Nothing in here knows of a browser.
"""
