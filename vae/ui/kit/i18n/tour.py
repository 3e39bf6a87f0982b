"""The tour: its buttons, and what is said at each station."""

TOUR: dict[str, dict[str, str]] = {
    "tour.title": {"en": "Tour", "ko": "둘러보기"},
    "tour.start": {"en": "Start the tour: one minute", "ko": "1분 둘러보기 시작"},
    "tour.stop": {"en": "Stop the tour", "ko": "둘러보기 중지"},
    "tour.stop_short": {"en": "Stop", "ko": "중지"},
    "tour.pause": {"en": "Pause", "ko": "일시정지"},
    "tour.resume": {"en": "Resume", "ko": "재개"},
    "tour.map": {
        "en": "Every point is a test image, where the encoder has put it. Images that look alike lie together.",
        "ko": "점 하나가 테스트 이미지 하나이며, 인코더가 놓은 자리에 있습니다. 비슷한 이미지는 가까이 모입니다.",
    },
    "tour.pick": {
        "en": "Pick one: the image, and what the decoder paints from a few numbers.",
        "ko": "하나를 고르면 원본 이미지와, 디코더가 숫자 몇 개로 그린 그림이 나란히 보입니다.",
    },
    "tour.slide": {
        "en": "These numbers are sliders. The latent that says most moves, and the picture follows.",
        "ko": "그 숫자들이 슬라이더입니다. 정보가 가장 많은 잠재 차원을 움직이면 그림이 따라 바뀝니다.",
    },
    "tour.walk": {
        "en": "A traversal: one latent walks from −3 to +3, all the others stay.",
        "ko": "순회: 잠재 차원 하나만 −3에서 +3까지 움직이고 나머지는 그대로 둡니다.",
    },
    "tour.empty": {
        "en": "No image lies here, yet the decoder paints one: a place between its neighbours.",
        "ko": "이미지가 없는 빈 자리에서도 디코더는 이웃 사이의 그림을 그려 냅니다.",
    },
    "tour.colour": {
        "en": "Colour the map by something else, and see what the latent space is sorted by.",
        "ko": "다른 기준으로 색을 칠하면 잠재 공간이 무엇에 따라 정리되었는지 보입니다.",
    },
    "tour.lattice": {
        "en": "Two latents only: the whole prior, decoded. One kind of image passes into the next.",
        "ko": "잠재 차원이 둘뿐이면 사전분포 전체를 펼쳐 볼 수 있습니다. 한 종류의 이미지가 다음 종류로 이어집니다.",
    },
    "tour.compare": {
        "en": "Two models side by side, the same factor moved. The bars show what moves along with it.",
        "ko": "두 모델에서 같은 변동 요인을 움직입니다. 막대는 함께 움직이는 다른 요인을 보여 줍니다.",
    },
    "tour.figure": {
        "en": "Figure 1 of the β-VAE paper, made from these two models.",
        "ko": "이 두 모델로 그린 β-VAE 논문의 그림 1입니다.",
    },
    "tour.train": {
        "en": "Train one of your own: choose images and a loss, press start, and watch the latents wake up.",
        "ko": "직접 학습해 보세요. 이미지와 손실을 고르고 시작을 누르면 잠재 차원이 깨어나는 모습이 보입니다.",
    },
    "tour.learn": {
        "en": "Learn how it works, one step after the other, on live models.",
        "ko": "작동 원리를 살아 있는 모델 위에서 한 단계씩 배울 수 있습니다.",
    },
}
