"""The Learn tab: titles and texts of its steps. A text has at most ninety words; its first sentence makes the point."""

LEARN: dict[str, dict[str, str]] = {
    "tab.learn": {"en": "Learn", "ko": "배우기"},
    "learn.contents": {"en": "Steps", "ko": "단계"},
    "learn.intro": {
        "en": "Everything below is computed now, by the models of this page. Touch it.",
        "ko": "아래의 모든 것은 이 페이지의 모델이 지금 계산합니다. 직접 만져 보세요.",
    },
    "learn.computing": {"en": "Computing …", "ko": "계산하는 중 …"},
    "learn.images": {"en": "Choose an image", "ko": "이미지 고르기"},
    "learn.image": {"en": "Image {index}", "ko": "이미지 {index}"},
    "learn.model": {"en": "Model: {name}", "ko": "모델: {name}"},
    "learn.explore": {"en": "Open this in Explore", "ko": "탐색에서 열기"},
    "learn.again": {"en": "Once more", "ko": "다시 하기"},
    "learn.no_model": {
        "en": "No checkpoint is here for this step: train a model in the Train tab and start the app on its folder.",
        "ko": "이 단계에 쓸 체크포인트가 없습니다. 학습 탭에서 모델을 학습한 뒤 그 폴더로 앱을 시작하세요.",
    },
    "learn.missing": {
        "en": "The images are missing: what stands for x here are reconstructions, and the numbers are theirs. "
        "{reason}",
        "ko": "이미지가 없어서 여기의 x는 복원이며, 모든 수치도 복원에 대한 것입니다. {reason}",
    },
    "learn.original": {"en": "x, the image", "ko": "x, 이미지"},
    "learn.decoded": {"en": "from z", "ko": "z에서 디코딩"},
    "learn.seconds": {"en": "{n} s", "ko": "{n}초"},
    "learn.hours": {"en": "{n} h", "ko": "{n}시간"},
    "learn.nats": {"en": "{n} nats", "ko": "{n} nat"},
    "error.row": {
        "en": "{row} is not a row of this model's encoded images.",
        "ko": "{row}은(는) 이 모델이 인코딩한 이미지의 행이 아닙니다.",
    },
    "error.two_latents": {
        "en": "{name} has {dims} latents; a posterior can be drawn on a grid only for two.",
        "ko": "{name}의 잠재 차원은 {dims}개입니다. 사후분포를 격자에 그리려면 둘이어야 합니다.",
    },
    "error.bernoulli": {
        "en": "{name} has no Bernoulli likelihood, so its pixels have no such term.",
        "ko": "{name}에는 베르누이 우도가 없어 픽셀에 그런 항이 없습니다.",
    },
    "error.seed": {
        "en": "A beginning is a whole number from 0 to {last}.",
        "ko": "시작 번호는 0부터 {last}까지의 정수입니다.",
    },
    "learn.vae_title": {"en": "What a VAE is", "ko": "VAE란 무엇인가"},
    "learn.vae_text": {
        "en": "A variational autoencoder turns an image into a small cloud of codes, and any code back into an image. "
        "The encoder gives each latent a mean μ and a width σ; z is one draw from that cloud; the decoder paints it. "
        "Choose an image, draw z from its cloud a few times, then pull a slider out of the cloud. Draw from the prior "
        "N(0, I): an image that nobody took.",
        "ko": "변분 오토인코더(VAE)는 이미지를 코드의 작은 구름으로 바꾸고, 어떤 코드든 다시 이미지로 바꿉니다. "
        "인코더는 잠재 차원마다 평균 μ와 폭 σ를 정하고, z는 그 구름에서 하나를 뽑은 것이며, 디코더가 그것을 그립니다. "
        "이미지를 고르고 구름에서 z를 몇 번 뽑은 뒤 슬라이더를 구름 밖으로 끌어 보세요. 사전분포 N(0, I)에서 뽑으면 "
        "아무도 찍은 적 없는 이미지가 나옵니다.",
    },
    "learn.algorithm_title": {"en": "The algorithm", "ko": "알고리즘"},
    "learn.algorithm_text": {
        "en": "Training repeats five lines: encode, sample, decode, add two losses, step. Here a small VAE meets "
        "handwritten digits for the first time. Take one step and read each line for the first digit; take ten and "
        "watch the pictures come. The distortion says how badly the picture fits, the rate how much the code tells: "
        "both in nats, so that they can be added.",
        "ko": "학습은 다섯 줄을 되풀이합니다. 인코딩, 표본 추출, 디코딩, 두 손실의 합, 한 스텝. 여기서 작은 VAE가 "
        "손글씨 숫자를 처음 만납니다. 한 스텝을 진행하고 첫 번째 숫자의 각 줄을 읽어 보세요. 열 스텝을 진행하면 그림이 "
        "떠오릅니다. 왜곡은 그림이 얼마나 맞지 않는지, 레이트는 코드가 얼마나 말하는지를 뜻하며, 둘 다 nat 단위라서 "
        "더할 수 있습니다.",
    },
    "learn.amortised_title": {
        "en": "Why one network, not a q for every image",
        "ko": "이미지마다 q 대신 신경망 하나를 쓰는 까닭",
    },
    "learn.amortised_text": {
        "en": "The encoder is a shortcut: one pass in place of an optimisation for every image. The curve is that "
        "optimisation, gradient steps on μ and σ of this image alone, run on this server; the line is the encoder. "
        "The q of its own may end a little lower: that difference is the amortisation gap. Choose other images and "
        "compare nats and milliseconds.",
        "ko": "인코더는 지름길입니다. 이미지마다 최적화하는 대신 한 번 통과합니다. 곡선이 바로 그 최적화로, 이 "
        "이미지만의 μ와 σ에 대한 경사 하강을 이 서버에서 실행한 것이고, 직선은 인코더입니다. 이미지 전용 q가 조금 더 "
        "낮게 끝나기도 하는데, 그 차이가 상각 간극(amortization gap)입니다. 다른 이미지를 골라 nat와 밀리초를 "
        "비교해 보세요.",
    },
    "learn.gradients_title": {"en": "Reparameterisation against the score function", "ko": "재매개변수화와 점수 함수"},
    "learn.gradients_text": {
        "en": "Both estimators are right on average; what differs is how wildly a single sample errs. Writing z = μ + "
        "σε lets the gradient flow through the decoder. The score function only multiplies log p(x|z) by a direction, "
        "and needs as many more samples as its variance is larger. Choose a latent, switch between μ and log σ², and "
        "give the score a baseline, the mean of the other samples: better, never as good.",
        "ko": "두 추정량 모두 평균은 맞습니다. 다른 것은 표본 하나가 얼마나 크게 빗나가는가입니다. z = μ + σε로 쓰면 "
        "기울기가 디코더를 지나 흐릅니다. 점수 함수는 log p(x|z)에 방향만 곱하므로, 분산이 큰 만큼 더 많은 표본이 "
        "필요합니다. 잠재 차원을 고르고 μ와 log σ²를 바꿔 보세요. 다른 표본들의 평균을 기준선으로 주면 나아지지만 "
        "같아지지는 않습니다.",
    },
    "learn.posterior_title": {
        "en": "The true posterior beside the encoder's Gaussian",
        "ko": "참 사후분포와 인코더의 가우스분포",
    },
    "learn.posterior_text": {
        "en": "Where the true posterior and the encoder's Gaussian differ is exactly what the ELBO lacks of log p(x). "
        "With two latents Bayes' rule can be computed point by point: the shade is p(z|x), the ellipses are q at one "
        "and two σ. Choose other images. Often the ellipse merely stands beside the cloud, or is too wide for it: "
        "that is the amortisation gap. Only what the best upright ellipse, dashed, would still lose is owed to the "
        "cloud's shape.",
        "ko": "참 사후분포와 인코더의 가우스분포가 다른 만큼 ELBO는 정확히 log p(x)에 못 미칩니다. 잠재 차원이 둘이면 "
        "베이즈 규칙을 점마다 계산할 수 있습니다. 음영이 p(z|x)이고 타원은 q의 1σ와 2σ입니다. 다른 이미지를 골라 "
        "보세요. 타원이 그저 구름에서 비켜나 있거나 너무 넓을 때가 많은데, 그것이 상각 간극입니다. 축이 곧은 가장 좋은 "
        "타원(점선)도 잃는 만큼만 구름의 모양 탓입니다.",
    },
    "learn.elbo_title": {
        "en": "The ELBO in nats, and why decoding μ flatters it",
        "ko": "nat로 본 ELBO, μ를 디코딩하면 좋아 보이는 까닭",
    },
    "learn.elbo_text": {
        "en": "The bound asks for the distortion of a sampled z; whoever decodes μ reports a number that is no bound. "
        "The bars are the distortions of one image for many z from its cloud, the line is that of μ: almost every "
        "sample costs more. The rate is charged for the noisy code in both cases. Over all test images this alone "
        "makes the difference printed below. Choose an image, and see who is flattered most.",
        "ko": "하한은 표본 z의 왜곡을 요구합니다. μ를 디코딩한 값은 하한이 아닙니다. 막대는 한 이미지의 구름에서 뽑은 "
        "여러 z의 왜곡이고 선은 μ의 왜곡인데, 거의 모든 표본이 더 비쌉니다. 레이트는 두 경우 모두 잡음이 든 코드의 "
        "값입니다. 모든 테스트 이미지에서 이것만으로 아래의 차이가 생깁니다. 이미지를 골라 어느 것이 가장 좋아 "
        "보이는지 확인해 보세요.",
    },
    "learn.bernoulli_title": {"en": "The Bernoulli term, log by log", "ko": "베르누이 항, 로그 하나하나"},
    "learn.bernoulli_text": {
        "en": "Every pixel pays the log of the probability that it was given. A white pixel with p = 0.99 costs 0.01 "
        "nats, with p = 0.01 it costs 4.6. Move over the map and read the bill. A grey pixel can never be free: even "
        "the exact p = x leaves its own entropy. The sum of these entropies is a floor that no decoder gets below.",
        "ko": "모든 픽셀은 자신에게 주어진 확률의 로그만큼 값을 치릅니다. 흰 픽셀은 p = 0.99일 때 0.01 nat, p = "
        "0.01일 때 4.6 nat입니다. 지도 위로 움직이며 계산서를 읽어 보세요. 회색 픽셀은 공짜가 될 수 없습니다. 정확히 "
        "p = x여도 자신의 엔트로피가 남습니다. 이 엔트로피의 합이 어떤 디코더도 내려갈 수 없는 바닥입니다.",
    },
    "learn.beta_title": {"en": "What β buys, and what it costs", "ko": "β로 얻는 것과 치르는 것"},
    "learn.beta_text": {
        "en": "β is an exchange rate: how many nats of distortion a nat of rate is worth. The beta-VAE saves rate and "
        "pays for it with blurrier pictures; in return it keeps only what explains most, and that often follows one "
        "factor at a time. Move β: the bars show distortion + β · rate of both models. Does each win at the β of its "
        "own training?",
        "ko": "β는 환율입니다. 레이트 1 nat이 왜곡 몇 nat의 값인지를 정합니다. beta-VAE는 레이트를 아끼고 흐릿한 "
        "그림으로 값을 치르는 대신, 가장 많이 설명하는 것만 남기며 그것은 흔히 한 번에 변동 요인 하나를 따릅니다. β를 "
        "움직여 보세요. 막대는 두 모델의 왜곡 + β · 레이트입니다. 각 모델이 자신을 학습한 β에서 이기나요?",
    },
    "learn.prior_title": {
        "en": "Independent z ~ N(0, 1) are N(0, I), but q(z) is no product",
        "ko": "독립인 N(0, 1)의 곱은 N(0, I), 그러나 q(z)는 곱이 아니다",
    },
    "learn.prior_text": {
        "en": "Independent standard normals, multiplied, are N(0, I): nothing is lost by saying it latent by latent. "
        "The codes of real images are another matter: their mixture q(z) may have good-looking marginals and still be "
        "dependent. Switch between the three clouds. Shuffling each latent on its own keeps both marginals and "
        "removes the dependence: what changes in between is measured by the total correlation.",
        "ko": "독립인 표준정규분포의 곱은 정확히 N(0, I)이므로, 잠재 차원마다 따로 말해도 잃는 것이 없습니다. 실제 "
        "이미지의 코드는 다릅니다. 그 혼합인 q(z)는 주변분포가 멀쩡해 보여도 서로 의존할 수 있습니다. 세 구름을 바꿔 "
        "보세요. 잠재 차원을 따로 섞으면 두 주변분포는 그대로이고 의존성만 사라집니다. 그 사이의 차이를 총상관이 "
        "잽니다.",
    },
    "learn.collapse_title": {"en": "Why mean-MSE + KL collapses", "ko": "평균 MSE + KL이 붕괴하는 까닭"},
    "learn.collapse_text": {
        "en": "A mean over pixels hides a β of half the number of pixels. A latent wakes only if the images vary "
        "along its direction by more than β·σ². The bars are those variances, strongest first. Move the threshold "
        "from the sum of the squared error to its mean: it rises above everything, all latents sleep, and the decoder "
        "paints the mean image.",
        "ko": "픽셀에 대한 평균은 픽셀 수의 절반이나 되는 β를 숨깁니다. 잠재 차원은 그 방향으로 이미지의 분산이 "
        "β·σ²보다 클 때만 깨어납니다. 막대는 큰 것부터 늘어놓은 그 분산입니다. 임계값을 제곱 오차의 합에서 "
        "평균으로 옮겨 보세요. 모든 막대보다 높아져 모든 잠재 차원이 잠들고 디코더는 평균 이미지만 그립니다.",
    },
    "learn.losses_title": {"en": "Loss H and loss B", "ko": "손실 H와 손실 B"},
    "learn.losses_text": {
        "en": "Loss H taxes every nat of KL at the same rate β; loss B sets a target C and punishes what differs from "
        "it. Read the slopes: under H each further nat costs β; under B the first C nats are rewarded by γ, all "
        "others cost γ. Move the sliders until both lines leave a latent the same choice. The table says what the "
        "numbers of other repositories mean in nats per image.",
        "ko": "손실 H는 KL 1 nat마다 같은 세율 β를 매기고, 손실 B는 목표 C를 정해 거기서 벗어난 만큼 벌합니다. "
        "기울기를 읽어 보세요. H에서는 1 nat이 늘 때마다 β가 들고, B에서는 처음 C nat까지는 γ만큼 이득이며 그 뒤로는 "
        "γ가 듭니다. 두 선이 잠재 차원에 같은 선택을 남길 때까지 슬라이더를 움직여 보세요. 표는 다른 저장소의 숫자가 "
        "이미지당 nat로 무엇을 뜻하는지 알려 줍니다.",
    },
}
