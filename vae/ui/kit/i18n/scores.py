"""The Compare tab in figures: the table of scores, figure 1, and rate against distortion."""

SCORES: dict[str, dict[str, str]] = {
    "compare.table": {"en": "In figures", "ko": "수치"},
    "compare.undefined": {"en": "not defined", "ko": "정의되지 않음"},
    "compare.neg_elbo": {"en": "−ELBO, nats", "ko": "−ELBO(nat)"},
    "compare.neg_elbo_help": {
        "en": "Negative evidence lower bound: distortion + rate. Lower is better.",
        "ko": "증거 하한(ELBO)의 음수: 왜곡 + 레이트. 낮을수록 좋습니다.",
    },
    "compare.rate": {"en": "rate, nats", "ko": "레이트(nat)"},
    "compare.rate_help": {
        "en": "What the latents say about an image: KL divergence from the prior.",
        "ko": "잠재 차원이 이미지에 대해 알려 주는 양: 사전분포로부터의 KL 발산.",
    },
    "compare.distortion": {"en": "distortion, nats", "ko": "왜곡(nat)"},
    "compare.distortion_help": {
        "en": "What the picture costs once the latents are known.",
        "ko": "잠재 차원을 안 뒤에도 그림에 드는 비용.",
    },
    "compare.active_units": {"en": "active units", "ko": "활성 유닛"},
    "compare.active_units_help": {
        "en": "Latents whose posterior mean varies over the test images.",
        "ko": "사후분포의 평균이 테스트 이미지마다 달라지는 잠재 차원.",
    },
    "compare.mig": {"en": "MIG", "ko": "MIG"},
    "compare.mig_help": {
        "en": "How much more of a factor its best latent knows than the second best.",
        "ko": "요인을 가장 잘 아는 잠재 차원이 두 번째보다 얼마나 더 아는지.",
    },
    "compare.dci_disentanglement": {"en": "DCI disentanglement", "ko": "DCI 분리도"},
    "compare.dci_disentanglement_help": {
        "en": "Does a latent matter to one factor only?",
        "ko": "잠재 차원 하나가 요인 하나에만 쓰이는가?",
    },
    "compare.dci_completeness": {"en": "DCI completeness", "ko": "DCI 완전성"},
    "compare.dci_completeness_help": {
        "en": "Does a factor need one latent only?",
        "ko": "요인 하나에 잠재 차원 하나면 충분한가?",
    },
    "compare.sap": {"en": "SAP", "ko": "SAP"},
    "compare.sap_help": {
        "en": "How much better the best latent alone tells a factor than the second best.",
        "ko": "가장 좋은 잠재 차원 하나가 두 번째보다 요인을 얼마나 더 잘 알아맞히는지.",
    },
    "compare.modularity": {"en": "modularity", "ko": "모듈성"},
    "compare.modularity_help": {
        "en": "How little a latent knows beside the factor that it knows best.",
        "ko": "잠재 차원이 가장 잘 아는 요인 말고 다른 요인은 얼마나 모르는지.",
    },
    "compare.factor_vae": {"en": "FactorVAE score", "ko": "FactorVAE 점수"},
    "compare.factor_vae_help": {
        "en": "Can the factor that was held still be told from the latent that varies least? Kind to rotated codes.",
        "ko": "가장 덜 변하는 잠재 차원만 보고 고정된 요인을 알아낼 수 있는가? 회전된 코드에 후합니다.",
    },
    "compare.beta_vae": {"en": "beta-VAE score", "ko": "beta-VAE 점수"},
    "compare.beta_vae_help": {
        "en": "Can a linear classifier tell which factor was held still? Kindest of all.",
        "ko": "선형 분류기가 고정된 요인을 알아낼 수 있는가? 가장 후한 점수입니다.",
    },
    "compare.noise": {"en": "noise", "ko": "잡음"},
    "compare.noise_help": {
        "en": "A code that knows nothing of the factors: the floor.",
        "ko": "요인을 전혀 모르는 코드: 바닥값.",
    },
    "compare.rotated": {"en": "rotated", "ko": "회전"},
    "compare.rotated_help": {
        "en": "The factors themselves, turned into each other.",
        "ko": "요인 자체를 서로 섞이도록 회전한 코드.",
    },
    "compare.perfect": {"en": "perfect", "ko": "완벽"},
    "compare.perfect_help": {
        "en": "The factors themselves, a latent each: the ceiling.",
        "ko": "요인 자체를 잠재 차원 하나씩에 담은 코드: 최댓값.",
    },
    "compare.pca": {"en": "PCA", "ko": "PCA"},
    "compare.pca_help": {
        "en": "As many principal components of the pixels as the model has latents.",
        "ko": "픽셀의 주성분을 모델의 잠재 차원 수만큼.",
    },
    "compare.untrained": {"en": "untrained", "ko": "학습 전"},
    "compare.untrained_help": {
        "en": "The right model's encoder before its first step.",
        "ko": "첫 스텝을 밟기 전의 오른쪽 모델 인코더.",
    },
    "compare.rates": {"en": "Rate against distortion", "ko": "레이트와 왜곡"},
    "compare.figure": {"en": "Figure 1", "ko": "그림 1"},
    "compare.png": {"en": "As PNG", "ko": "PNG로 저장"},
    "compare.gif": {"en": "As GIF", "ko": "GIF로 저장"},
    "compare.figure_about": {
        "en": "The first figure of the beta-VAE paper from these two models and this image: a factor a row.",
        "ko": "beta-VAE 논문의 그림 1을 이 두 모델과 이 이미지로 다시 그립니다. 한 줄에 요인 하나씩입니다.",
    },
    "compare.composing": {"en": "Composing …", "ko": "그리는 중 …"},
    "compare.keep": {"en": "Download {name}", "ko": "{name} 내려받기"},
    "compare.figure_alt": {
        "en": "A factor a row, a model a column: {left} and {right} from test image {index}",
        "ko": "한 줄에 요인 하나, 한 열에 모델 하나: 테스트 이미지 {index}에서 {left}, {right}",
    },
    # Rate against distortion.
    "rates.x": {"en": "rate, nats", "ko": "레이트(nat)"},
    "rates.y": {"en": "distortion, nats", "ko": "왜곡(nat)"},
    "rates.y_above": {"en": "distortion above the floor of {nats} nats", "ko": "바닥값 {nats} nat를 넘는 왜곡"},
    "rates.beta": {"en": "β = {beta}", "ko": "β = {beta}"},
    "rates.grid": {"en": "ln {n} = {nats}", "ko": "ln {n} = {nats}"},
    "rates.dot_rate": {"en": "rate {nats} nats", "ko": "레이트 {nats} nat"},
    "rates.dot_distortion": {"en": "distortion {nats} nats", "ko": "왜곡 {nats} nat"},
    "rates.dot_above": {"en": "{nats} nats above the floor", "ko": "바닥값보다 {nats} nat 위"},
    "rates.dot_neg_elbo": {"en": "−ELBO {nats} nats", "ko": "−ELBO {nats} nat"},
    "rates.dot_mig": {"en": "MIG {mig}", "ko": "MIG {mig}"},
    "rates.others": {
        "en": "Not shown, for their likelihood or images are others: {names}.",
        "ko": "가능도나 이미지가 달라 표시하지 않은 모델: {names}.",
    },
    "rates.label": {"en": "Rate against distortion of {n} models", "ko": "모델 {n}개의 레이트와 왜곡"},
    "rates.about": {
        "en": "Floor: what the pixels' own greys cost under any decoder. Dashed: all points that training with that β "
        "likes as much as the model. Dotted: the nats that name every combination of the factors.",
        "ko": "바닥값: 어떤 디코더를 쓰든 픽셀의 회색 값 자체에 드는 비용. 파선: 그 β로 학습할 때 이 모델과 똑같이 "
        "선호되는 모든 점. 점선: 모든 요인 조합을 가려내는 데 드는 nat.",
    },
}
