"""A visitor's own picture on Explore."""

OWN: dict[str, dict[str, str]] = {
    "own.choose": {"en": "Your image", "ko": "내 이미지"},
    "own.choose_help": {
        "en": "Choose a picture, or drop one anywhere on this tab. Your browser shrinks it: the server gets {width} × "
        "{height} pixels and keeps nothing.",
        "ko": "이미지를 선택하거나 이 탭의 아무 곳에나 놓으세요. 브라우저가 크기를 줄이므로 서버는 "
        "{width} × {height} 픽셀만 받고 아무것도 저장하지 않습니다.",
    },
    "own.original": {"en": "your image", "ko": "내 이미지"},
    "own.original_alt": {"en": "Your image as the model is shown it", "ko": "모델에 입력되는 모습의 내 이미지"},
    "own.reconstruction_alt": {
        "en": "Reconstruction of your image from its mean code",
        "ko": "내 이미지의 평균 코드에서 얻은 복원",
    },
    "own.near": {
        "en": "nearest test image: {index}, {distance} away in latent space",
        "ko": "가장 가까운 테스트 이미지: {index}, 잠재 공간에서의 거리 {distance}",
    },
    "own.inverted": {
        "en": "Black and white are swapped, for so it is reconstructed better.",
        "ko": "흑백을 뒤집었습니다. 그렇게 하면 더 잘 복원됩니다.",
    },
    "own.usual": {
        "en": "It costs {cost} nats more than a perfect reconstruction; 99.5 % of the test images stay below {limit}.",
        "ko": "완벽한 복원보다 {cost} nats가 더 듭니다. 테스트 이미지의 99.5%는 {limit}보다 적게 듭니다.",
    },
    "own.usual_total": {
        "en": "Its reconstruction costs {cost} nats; 99.5 % of the test images stay below {limit}.",
        "ko": "복원에 {cost} nats가 듭니다. 테스트 이미지의 99.5%는 {limit}보다 적게 듭니다.",
    },
    "own.far": {
        "en": "Far outside what this model has learned: trust neither its place on the map nor its sliders.",
        "ko": "이 모델이 학습한 범위를 크게 벗어납니다. 지도에서의 위치와 슬라이더의 효과를 믿지 마세요.",
    },
    "own.about_umap": {
        "en": "Your image (dashed ring) is placed approximately, between its three nearest in latent space.",
        "ko": "내 이미지(점선 고리)의 위치는 잠재 공간에서 가장 가까운 세 이미지 사이로 어림한 것입니다.",
    },
    "own.unreadable": {
        "en": "{name} is no picture that this browser can read: choose a PNG, JPEG or WebP.",
        "ko": "{name}은(는) 이 브라우저가 읽을 수 없는 이미지입니다. PNG, JPEG, WebP 중 하나를 선택하세요.",
    },
    "own.large": {
        "en": "{name} has {mb} MB, and at most {limit} MB are taken.",
        "ko": "{name}의 크기는 {mb}MB입니다. {limit}MB까지 받습니다.",
    },
    "error.own_pixels": {
        "en": "An image of one's own comes as the red, green and blue of {width} × {height} pixels.",
        "ko": "이미지는 {width} × {height} 픽셀의 빨강, 초록, 파랑 값으로 보내야 합니다.",
    },
}
