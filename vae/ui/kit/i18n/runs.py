"""What the server says of a run: why it stopped, why something cannot be done."""

RUNS: dict[str, dict[str, str]] = {
    "run.nan": {
        "en": "The loss was no number at step {step}: resume from the last good state and lower the learning rate, or "
        "start again with a lower one.",
        "ko": "스텝 {step}에서 손실이 숫자가 아니게 되었습니다. 마지막으로 괜찮았던 상태에서 재개해 학습률을 "
        "낮추거나, 더 낮은 학습률로 다시 시작하십시오.",
    },
    "run.nan_early": {
        "en": "The loss was no number at step {step}: start again with a lower learning rate or beta.",
        "ko": "스텝 {step}에서 손실이 숫자가 아니게 되었습니다. 더 낮은 학습률이나 β로 다시 시작하십시오.",
    },
    "run.exploded": {
        "en": "The loss exploded at step {step}: resume from the last good state and lower the learning rate, or "
        "start again with a lower one.",
        "ko": "스텝 {step}에서 손실이 폭발했습니다. 마지막으로 괜찮았던 상태에서 재개해 학습률을 낮추거나, 더 낮은 "
        "학습률로 다시 시작하십시오.",
    },
    "run.exploded_early": {
        "en": "The loss exploded at step {step}: start again with a lower learning rate or beta.",
        "ko": "스텝 {step}에서 손실이 폭발했습니다. 더 낮은 학습률이나 β로 다시 시작하십시오.",
    },
    "run.killed": {
        "en": "The process of this training ended without a word (status {status}), perhaps for want of memory: "
        "resume it from step {step}, or choose a smaller batch.",
        "ko": "이 학습의 프로세스가 아무 말 없이 끝났습니다(상태 {status}). 메모리가 모자랐을 수 있습니다. 스텝 "
        "{step}부터 재개하거나 더 작은 배치를 고르십시오.",
    },
    "run.killed_early": {
        "en": "The process of this training ended without a word (status {status}), perhaps for want of memory: "
        "choose a smaller batch and start again.",
        "ko": "이 학습의 프로세스가 아무 말 없이 끝났습니다(상태 {status}). 메모리가 모자랐을 수 있습니다. 더 작은 "
        "배치를 골라 다시 시작하십시오.",
    },
    "run.memory": {
        "en": "There is not enough memory for this training: choose a smaller batch, width or image size.",
        "ko": "이 학습에 쓸 메모리가 모자랍니다. 배치, 채널 수, 이미지 크기 가운데 하나를 줄이십시오.",
    },
    "run.torch": {
        "en": "PyTorch gave up ({reason}): start again, or choose another device.",
        "ko": "PyTorch가 멈췄습니다({reason}). 다시 시작하거나 다른 장치를 고르십시오.",
    },
    "run.refused": {"en": "This cannot be trained: {reason}", "ko": "이것은 학습할 수 없습니다: {reason}"},
    "run.unusable": {"en": "These images cannot be used: {reason}", "ko": "이 이미지들은 쓸 수 없습니다: {reason}"},
    "run.busy": {
        "en": "Many people are asking at once: try again in a minute.",
        "ko": "한꺼번에 많은 요청이 들어왔습니다. 1분 뒤에 다시 해 보십시오.",
    },
    "run.unwatched_early": {
        "en": "Nobody had watched for {minutes} minutes, so it left the queue: start it again.",
        "ko": "{minutes}분 동안 보는 사람이 없어 대기열에서 빠졌습니다. 다시 시작하십시오.",
    },
    "run.export": {
        "en": "The checkpoint could not be made: {reason}",
        "ko": "체크포인트를 만들지 못했습니다: {reason}",
    },
    "run.disk": {
        "en": "The disk takes no more, so there are no new moments to go back to; the training goes on. {reason}",
        "ko": "디스크에 더 쓸 수 없어 돌아갈 수 있는 새 시점이 생기지 않습니다. 학습은 계속됩니다. {reason}",
    },
    "run.knob": {"en": "That could not be changed: {reason}", "ko": "그 값은 바꿀 수 없습니다: {reason}"},
    "run.no_knob": {
        "en": "That could not be changed: this run has no number {name} to turn.",
        "ko": "바꿀 수 없습니다. 이 학습에는 {name}(이)라는 조절값이 없습니다.",
    },
    "run.knob_range": {
        "en": "That could not be changed: {name} lies between {low} and {high}.",
        "ko": "바꿀 수 없습니다. {name} 값은 {low}에서 {high} 사이입니다.",
    },
    "run.app_gone": {
        "en": "The app was gone; what had been trained was kept.",
        "ko": "앱이 꺼졌습니다. 그때까지 학습한 것은 남아 있습니다.",
    },
    "run.interrupted": {
        "en": "The app ended while this was on: resume it from step {step}.",
        "ko": "학습 중에 앱이 끝났습니다. 스텝 {step}부터 재개하십시오.",
    },
    "run.unwatched": {
        "en": "Nobody had watched for {minutes} minutes; what had been trained was kept, resume it.",
        "ko": "{minutes}분 동안 보는 사람이 없었습니다. 학습한 것은 남아 있으니 재개하십시오.",
    },
    "run.gave_way": {
        "en": "It was paused for {minutes} minutes while others waited; what had been trained was kept.",
        "ko": "다른 사람이 기다리는 동안 {minutes}분간 일시정지되어 있었습니다. 학습한 것은 남아 있습니다.",
    },
    "run.unknown": {
        "en": "There is no such run of yours: start a new one.",
        "ko": "그런 학습은 없습니다. 새로 시작하십시오.",
    },
    "run.no_device": {
        "en": "There is no {name} on this machine: choose {known}.",
        "ko": "이 컴퓨터에는 {name} 장치가 없습니다. {known} 가운데 고르십시오.",
    },
    "run.queue_full": {
        "en": "{n} trainings are waiting already: try again in some minutes.",
        "ko": "이미 학습 {n}개가 기다리고 있습니다. 몇 분 뒤에 다시 해 보십시오.",
    },
    "run.one_at_a_time": {
        "en": "You have a training that is not over: stop it before you start another.",
        "ko": "끝나지 않은 학습이 있습니다. 그것을 중지한 뒤에 새로 시작하십시오.",
    },
    "run.no_folder": {
        "en": "Runs cannot be kept here ({reason}): start the app with another --runs.",
        "ko": "여기에는 학습을 보관할 수 없습니다({reason}). 다른 --runs로 앱을 시작하십시오.",
    },
    "run.action": {
        "en": "A run can pause, resume, step or stop, not {name}.",
        "ko": "학습은 일시정지, 재개, 한 스텝, 중지만 할 수 있고 {name}은(는) 할 수 없습니다.",
    },
    "run.no_answer": {
        "en": "The training process gave no answer: try again.",
        "ko": "학습 프로세스가 응답하지 않았습니다. 다시 해 보십시오.",
    },
    "run.slow": {
        "en": "This took too long: choose a smaller batch or width.",
        "ko": "시간이 너무 오래 걸렸습니다. 배치나 채널 수를 줄이십시오.",
    },
    "run.no_look": {"en": "This moment cannot be shown: {reason}", "ko": "이 시점은 보여 줄 수 없습니다: {reason}"},
    "run.no_moment": {
        "en": "There is no moment at step {step} any more: choose another.",
        "ko": "스텝 {step} 시점은 더 이상 없습니다. 다른 시점을 고르십시오.",
    },
    "run.no_dataset": {
        "en": "There is no data set {name}: choose one of the list.",
        "ko": "{name}(이)라는 데이터 세트는 없습니다. 목록에서 고르십시오.",
    },
    "run.no_images": {
        "en": "These images are not here any more: drop them once more.",
        "ko": "이 이미지들은 더 이상 여기에 없습니다. 다시 끌어다 놓으십시오.",
    },
    "run.owner": {
        "en": "This page has no name of its own: reload it.",
        "ko": "이 페이지에 식별자가 없습니다. 새로 고치십시오.",
    },
    "run.upload": {
        "en": "Nothing was uploaded under that name: drop the file once more.",
        "ko": "그 이름으로 올라온 파일이 없습니다. 파일을 다시 끌어다 놓으십시오.",
    },
    "run.too_large": {
        "en": "That file has {mb} MB, and at most {limit} MB are taken.",
        "ko": "이 파일은 {mb} MB이며, {limit} MB까지만 받습니다.",
    },
    "run.too_much_model": {
        "en": "This model is larger than this page shows: its images may have {values} values, and there may be "
        "{latents} latents and {codes} encoded images.",
        "ko": "이 페이지에서 보여 줄 수 있는 크기를 넘는 모델입니다. 이미지의 값은 {values}개, 잠재 차원은 "
        "{latents}개, 인코딩된 이미지는 {codes}장까지 가능합니다.",
    },
    "run.not_a_checkpoint": {"en": "This file cannot be opened: {reason}", "ko": "이 파일은 열 수 없습니다: {reason}"},
    "run.not_kept": {
        "en": "This run has no checkpoint yet: open it in Explore first.",
        "ko": "이 학습에는 아직 체크포인트가 없습니다. 먼저 탐색 탭에서 여십시오.",
    },
    "run.nothing_saved": {
        "en": "This run has saved nothing yet: wait for its first snapshot, or pause it.",
        "ko": "이 학습은 아직 저장한 것이 없습니다. 첫 스냅샷을 기다리거나 일시정지하십시오.",
    },
    "run.no_rest": {
        "en": "The disk refused what has been trained since step {step} when the GPU had to be given back: resume it "
        "from its last snapshot once there is room.",
        "ko": "GPU를 돌려줘야 했을 때 디스크가 스텝 {step} 이후의 학습 결과를 받지 않았습니다. 자리가 나면 마지막 "
        "스냅샷부터 재개하십시오.",
    },
    "run.no_rest_early": {
        "en": "The disk refused what had been trained by step {step} when the GPU had to be given back: start again "
        "once there is room.",
        "ko": "GPU를 돌려줘야 했을 때 디스크가 스텝 {step}까지의 학습 결과를 받지 않았습니다. 자리가 나면 다시 "
        "시작하십시오.",
    },
    "run.not_lent": {
        "en": "The GPU was not lent any longer ({reason}): resume from step {step} when it is free again.",
        "ko": "GPU를 더 빌릴 수 없었습니다({reason}). 다시 비면 스텝 {step}부터 재개하십시오.",
    },
}
