"""What the Train tab shows of a run: curves, bars, map and pictures."""

TRAIN_SEEN: dict[str, dict[str, str]] = {
    "train.curves": {"en": "Curves", "ko": "곡선"},
    "train.over": {"en": "over", "ko": "가로축"},
    "train.over_images": {"en": "images", "ko": "이미지"},
    "train.over_seconds": {"en": "seconds", "ko": "초"},
    "train.curve_loss": {"en": "loss", "ko": "손실"},
    "train.curve_recon": {"en": "reconstruction", "ko": "복원"},
    "train.curve_kl": {"en": "KL divergence", "ko": "KL 발산"},
    "train.curve_train": {"en": "−ELBO train", "ko": "−ELBO 학습"},
    "train.curve_test": {"en": "−ELBO test", "ko": "−ELBO 테스트"},
    "train.curves_label": {
        "en": "Curves of the training in nats per image. Now: {values}.",
        "ko": "이미지당 nat로 나타낸 학습 곡선. 지금: {values}.",
    },
    "train.curves_unit": {"en": "nats per image", "ko": "이미지당 nat"},
    "train.curves_empty": {
        "en": "Loss, reconstruction and KL divergence are drawn here as they fall and rise.",
        "ko": "손실, 복원, KL 발산이 오르내리는 모습이 여기에 그려집니다.",
    },
    "train.at_images": {"en": "at {n} images", "ko": "이미지 {n}장 시점"},
    "train.at_seconds": {"en": "after {n} s", "ko": "{n}초 시점"},
    "train.changed": {"en": "{name} {value}", "ko": "{name} {value}"},
    "train.kl": {"en": "What each latent carries", "ko": "각 잠재 차원이 담은 양"},
    "train.kl_awake": {"en": "{n} of {total} awake", "ko": "{total}개 중 {n}개 깨어남"},
    "train.kl_awake_mig": {"en": "{n} of {total} awake, MIG {mig}", "ko": "{total}개 중 {n}개 깨어남, MIG {mig}"},
    "train.kl_bar": {"en": "z{dim}: {nats} nats", "ko": "z{dim}: {nats} nat"},
    "train.kl_empty": {
        "en": "A bar per latent: grey while it sleeps (under 0.1 nat), coloured once it wakes.",
        "ko": "잠재 차원마다 막대 하나: 잠든 동안(0.1 nat 미만)은 회색, 깨어나면 색이 듭니다.",
    },
    "train.map": {"en": "Map of test images", "ko": "테스트 이미지의 지도"},
    "train.map_label": {"en": "Map of test images, coloured by {colour}", "ko": "테스트 이미지의 지도, 색: {colour}"},
    "train.map_label_plain": {"en": "Map of test images", "ko": "테스트 이미지의 지도"},
    "train.map_explained": {"en": "PCA, {percent} % of the variance", "ko": "PCA, 분산의 {percent} %"},
    "train.map_coloured": {
        "en": "by {colour} · PCA, {percent} % of the variance",
        "ko": "색: {colour} · PCA, 분산의 {percent} %",
    },
    "train.map_empty": {
        "en": "Every point is an image. They begin as one heap and move apart.",
        "ko": "점 하나가 이미지 한 장입니다. 한 덩어리로 시작해 서로 멀어집니다.",
    },
    "train.pictures": {"en": "Test images and what the model makes of them", "ko": "테스트 이미지와 모델의 복원"},
    "train.originals": {"en": "original", "ko": "원본"},
    "train.reconstructions": {"en": "reconstruction", "ko": "복원"},
    "train.originals_alt": {"en": "{n} test images", "ko": "테스트 이미지 {n}장"},
    "train.reconstructions_alt": {
        "en": "The reconstructions of the same {n} images at step {step}",
        "ko": "같은 이미지 {n}장의 스텝 {step} 복원",
    },
    "train.pictures_empty": {
        "en": "Test images will stand here, and under each its reconstruction.",
        "ko": "여기에 테스트 이미지와 그 아래 복원이 나옵니다.",
    },
    "train.samples": {"en": "Samples", "ko": "표본"},
    "train.samples_about": {"en": "random latents, decoded", "ko": "무작위 잠재 벡터를 디코딩"},
    "train.samples_alt": {
        "en": "Sixteen pictures decoded from random latents at step {step}",
        "ko": "스텝 {step}에서 무작위 잠재 벡터를 디코딩한 그림 열여섯 장",
    },
    "train.samples_empty": {
        "en": "Sixteen pictures out of random latents will stand here.",
        "ko": "여기에 무작위 잠재 벡터에서 나온 그림 열여섯 장이 나옵니다.",
    },
    "train.traversal": {"en": "One latent moves, the others stay", "ko": "잠재 차원 하나만 움직이고 나머지는 고정"},
    "train.traversal_alt": {
        "en": "A row per latent, moved from −3 to 3 in {columns} steps, at step {step}",
        "ko": "한 줄에 잠재 차원 하나, −3에서 3까지 {columns}단계로 움직임, 스텝 {step}",
    },
    "train.traversal_empty": {
        "en": "A row per latent: what it changes in a picture.",
        "ko": "한 줄에 잠재 차원 하나: 그림에서 무엇을 바꾸는지 보여 줍니다.",
    },
    "train.latent": {"en": "z{dim}", "ko": "z{dim}"},
    "train.latent_nats": {"en": "{nats} nats", "ko": "{nats} nat"},
    "train.doctor": {"en": "The doctor", "ko": "진단"},
    "train.doctor_empty": {
        "en": "What is going well and what is not will be said here, in plain words.",
        "ko": "무엇이 잘되고 무엇이 잘못되고 있는지 여기에 쉬운 말로 나옵니다.",
    },
    "train.empty": {
        "en": "Nothing has been trained here yet. Choose a preset, press Start, and watch the latents wake: curves, "
        "pictures and map move as the network learns.",
        "ko": "아직 여기서 학습한 것이 없습니다. 프리셋을 고르고 시작을 누른 뒤 잠재 차원이 깨어나는 모습을 "
        "지켜보십시오. 신경망이 배우는 대로 곡선, 그림, 지도가 움직입니다.",
    },
}
