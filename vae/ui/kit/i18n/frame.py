"""What every page says: title, tabs, the header and its figures."""

FRAME: dict[str, dict[str, str]] = {
    "common.title": {"en": "Latent Space Explorer", "ko": "Latent Space Explorer"},
    "common.tagline": {
        "en": "Every point is an image, every slider one latent.",
        "ko": "점 하나가 이미지 한 장, 슬라이더 하나가 잠재 차원 하나.",
    },
    "common.nats": {"en": "nats", "ko": "nat"},
    "tab.explore": {"en": "Explore", "ko": "탐색"},
    "tab.compare": {"en": "Compare", "ko": "비교"},
    "tab.train": {"en": "Train", "ko": "학습"},
    "header.language": {"en": "Language", "ko": "언어"},
    "header.language_en": {"en": "English", "ko": "English"},
    "header.language_ko": {"en": "한국어", "ko": "한국어"},
    "header.model": {"en": "Model", "ko": "모델"},
    "header.broken": {"en": "Cannot be opened", "ko": "열 수 없음"},
    "header.broken_entry": {"en": "{name}: {reason}", "ko": "{name}: {reason}"},
    "header.none": {"en": "No model here yet", "ko": "아직 모델이 없습니다"},
    "header.dark": {"en": "Switch to dark", "ko": "어두운 화면으로"},
    "header.light": {"en": "Switch to light", "ko": "밝은 화면으로"},
    "header.neg_elbo": {"en": "−ELBO", "ko": "−ELBO"},
    "header.rate": {"en": "rate", "ko": "레이트"},
    "header.distortion": {"en": "distortion", "ko": "왜곡"},
    "header.active_units": {"en": "active units", "ko": "활성 유닛"},
    "header.of": {"en": "{n} of {total}", "ko": "{n}/{total}"},
    "header.neg_elbo_help": {
        "en": "Negative evidence lower bound in nats per image: distortion + rate. Lower is better.",
        "ko": "증거 하한(ELBO)의 음수, 이미지당 nat: 왜곡 + 레이트. 낮을수록 좋습니다.",
    },
    "header.rate_help": {
        "en": "What the latents say about an image: KL divergence from the prior, nats per image.",
        "ko": "잠재 차원이 이미지에 대해 알려 주는 양: 사전분포로부터의 KL 발산, 이미지당 nat.",
    },
    "header.distortion_help": {
        "en": "What the picture costs once the latents are known: reconstruction, nats per image.",
        "ko": "잠재 차원을 안 뒤에도 그림에 드는 비용: 복원, 이미지당 nat.",
    },
    "header.active_units_help": {
        "en": "Latents whose posterior mean varies over the test images (variance above 0.01).",
        "ko": "사후분포의 평균이 테스트 이미지마다 달라지는 잠재 차원(분산 0.01 초과).",
    },
    "header.neg_elbo_decoding_mu": {"en": "decoding μ", "ko": "μ 디코딩"},
    "header.neg_elbo_decoding_mu_help": {
        "en": "What many report in place of −ELBO. It flatters: the decoder is spared the noise of a sampled z, but "
        "the rate is that of the noisy code.",
        "ko": "많은 곳에서 −ELBO 대신 보고하는 값. 실제보다 좋게 보입니다. 디코더는 표본 z의 잡음을 겪지 않는데 "
        "레이트는 잡음 섞인 코드의 것이기 때문입니다.",
    },
    "header.mig": {"en": "MIG", "ko": "MIG"},
    "header.mig_noise": {"en": "noise", "ko": "잡음"},
    "header.mig_rotated": {"en": "rotated", "ko": "회전"},
    "header.mig_perfect": {"en": "perfect", "ko": "완벽"},
    "header.mig_help": {
        "en": "Mutual information gap, 0 to 1: how much more of a factor its best latent knows than the second best.",
        "ko": "상호 정보량 격차(MIG), 0에서 1: 요인을 가장 잘 아는 잠재 차원이 두 번째보다 얼마나 더 아는지.",
    },
    "header.mig_noise_help": {
        "en": "MIG of a code that knows nothing of these factors: the floor.",
        "ko": "이 요인들을 전혀 모르는 코드의 MIG: 바닥값.",
    },
    "header.mig_rotated_help": {
        "en": "MIG of a code that holds these factors exactly, but turned, so that every latent carries all of them.",
        "ko": "이 요인들을 정확히 담되 회전시켜 잠재 차원마다 모든 요인이 섞인 코드의 MIG.",
    },
    "header.mig_perfect_help": {
        "en": "MIG of these factors themselves, a latent each: the ceiling.",
        "ko": "이 요인들 자체를 잠재 차원 하나씩에 담은 코드의 MIG: 최댓값.",
    },
}
