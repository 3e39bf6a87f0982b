"""What the server says of a run: why it stopped, why something cannot be done."""

RUNS: dict[str, dict[str, str]] = {
    "run.nan": {
        "en": "The loss was no number at step {step}: resume from the last good state and lower the learning rate, or "
        "start again with a lower one."
    },
    "run.nan_early": {"en": "The loss was no number at step {step}: start again with a lower learning rate or beta."},
    "run.exploded": {
        "en": "The loss exploded at step {step}: resume from the last good state and lower the learning rate, or start "
        "again with a lower one."
    },
    "run.exploded_early": {"en": "The loss exploded at step {step}: start again with a lower learning rate or beta."},
    "run.killed": {
        "en": "The process of this training ended without a word (status {status}), perhaps for want of memory: resume "
        "it from step {step}, or choose a smaller batch."
    },
    "run.killed_early": {
        "en": "The process of this training ended without a word (status {status}), perhaps for want of memory: choose "
        "a smaller batch and start again."
    },
    "run.memory": {"en": "There is not enough memory for this training: choose a smaller batch, width or image size."},
    "run.torch": {"en": "PyTorch gave up ({reason}): start again, or choose another device."},
    "run.refused": {"en": "This cannot be trained: {reason}"},
    "run.unusable": {"en": "These images cannot be used: {reason}"},
    "run.busy": {"en": "Many people are asking at once: try again in a minute."},
    "run.unwatched_early": {"en": "Nobody had watched for {minutes} minutes, so it left the queue: start it again."},
    "run.export": {"en": "The checkpoint could not be made: {reason}"},
    "run.disk": {
        "en": "The disk takes no more, so there are no new moments to go back to; the training goes on. {reason}"
    },
    "run.knob": {"en": "That could not be changed: {reason}"},
    "run.app_gone": {"en": "The app was gone; what had been trained was kept."},
    "run.interrupted": {"en": "The app ended while this was on: resume it from step {step}."},
    "run.unwatched": {"en": "Nobody had watched for {minutes} minutes; what had been trained was kept, resume it."},
    "run.gave_way": {"en": "It was paused for {minutes} minutes while others waited; what had been trained was kept."},
    "run.unknown": {"en": "There is no such run of yours: start a new one."},
    "run.no_device": {"en": "There is no {name} on this machine: choose {known}."},
    "run.queue_full": {"en": "{n} trainings are waiting already: try again in some minutes."},
    "run.one_at_a_time": {"en": "You have a training that is not over: stop it before you start another."},
    "run.no_folder": {"en": "Runs cannot be kept in {folder} ({reason}): start the app with another --runs."},
    "run.action": {"en": "A run can pause, resume, step or stop, not {name}."},
    "run.no_answer": {"en": "The training process gave no answer: try again."},
    "run.slow": {"en": "This took too long: choose a smaller batch or width."},
    "run.no_look": {"en": "This moment cannot be shown: {reason}"},
    "run.no_moment": {"en": "There is no moment at step {step} any more: choose another."},
    "run.no_dataset": {"en": "There is no data set {name}: choose one of the list."},
    "run.no_images": {"en": "These images are not here any more: drop them once more."},
    "run.owner": {"en": "This page has no name of its own: reload it."},
    "run.upload": {"en": "Nothing was uploaded under that name: drop the file once more."},
    "run.too_large": {"en": "That file has {mb} MB, and at most {limit} MB are taken."},
    "run.not_a_checkpoint": {"en": "This file cannot be opened: {reason}"},
    "run.not_kept": {"en": "This run has no checkpoint yet: open it in Explore first."},
    "run.nothing_saved": {"en": "This run has saved nothing yet: wait for its first snapshot, or pause it."},
    "run.no_rest": {
        "en": "The disk refused what has been trained since step {step} when the GPU had to be given back: resume it "
        "from its last snapshot once there is room."
    },
    "run.no_rest_early": {
        "en": "The disk refused what had been trained by step {step} when the GPU had to be given back: start again "
        "once there is room."
    },
    "run.not_lent": {
        "en": "The GPU was not lent any longer ({reason}): resume from step {step} when it is free again."
    },
    "run.own_images": {"en": "Your images"},
}
