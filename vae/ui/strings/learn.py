"""The Learn tab: what each step says. A text has at most ninety words, and its first sentence makes the point."""

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
    "learn.original": {"en": "x, the image", "ko": "x, 이미지"},
    "learn.decoded": {"en": "from z", "ko": "z에서 디코딩"},
    # 1
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
    "learn.vae_formula_1": {
        "en": "q of z given x is normal, with mean mu of x and variance sigma squared of x",
        "ko": "x가 주어졌을 때 z의 q는 평균이 x의 뮤, 분산이 x의 시그마 제곱인 정규분포",
    },
    "learn.vae_formula_2": {
        "en": "p of x is the integral over z of p of x given z times the standard normal density of z",
        "ko": "x의 p는 z가 주어졌을 때 x의 p에 z의 표준정규 밀도를 곱해 z에 대해 적분한 것",
    },
    "learn.vae_cloud": {
        "en": "q(z|x): μ and ± 2σ of the {n} strongest latents",
        "ko": "q(z|x): 가장 강한 잠재 차원 {n}개의 μ와 ± 2σ",
    },
    "learn.vae_slider": {
        "en": "Latent {dim}: mean {mu}, width {sigma}",
        "ko": "잠재 차원 {dim}: 평균 {mu}, 폭 {sigma}",
    },
    "learn.vae_draw": {"en": "Draw z from the cloud", "ko": "구름에서 z 뽑기"},
    "learn.vae_prior": {"en": "Draw z from the prior", "ko": "사전분포에서 z 뽑기"},
    # 2
    "learn.algorithm_title": {"en": "The algorithm", "ko": "알고리즘"},
    "learn.algorithm_text": {
        "en": "Training repeats five lines: encode, sample, decode, add two losses, step. Here a small VAE meets "
        "handwritten digits for the first time. Take one step and read each line for the first digit; take ten and "
        "watch the pictures come. The distortion says how badly the picture fits, the rate how much the code tells: "
        "both in nats, so that they can be added.",
        "ko": "학습은 다섯 줄을 되풀이합니다. 인코딩, 표본 추출, 디코딩, 두 손실의 합, 한 걸음. 여기서 작은 VAE가 "
        "손글씨 숫자를 처음 만납니다. 한 걸음을 내딛고 첫 번째 숫자의 각 줄을 읽어 보세요. 열 걸음을 내디디면 그림이 "
        "떠오릅니다. 왜곡은 그림이 얼마나 맞지 않는지, 레이트는 코드가 얼마나 말하는지를 뜻하며, 둘 다 nats 단위라서 "
        "더할 수 있습니다.",
    },
    "learn.algorithm_formula_1": {
        "en": "The loss is minus log p of x given z, plus the KL divergence of q of z given x from p of z",
        "ko": "손실은 z가 주어졌을 때 x의 로그 p에 음수를 붙이고, q와 사전분포 사이의 KL 발산을 더한 것",
    },
    "learn.algorithm_encode": {"en": "encode", "ko": "인코딩"},
    "learn.algorithm_sample": {"en": "sample", "ko": "표본 추출"},
    "learn.algorithm_decode": {"en": "decode", "ko": "디코딩"},
    "learn.algorithm_add": {"en": "two losses", "ko": "두 손실"},
    "learn.algorithm_step": {"en": "step", "ko": "한 걸음"},
    "learn.algorithm_losses": {
        "en": "distortion {distortion} + rate {rate} = {sum} nats",
        "ko": "왜곡 {distortion} + 레이트 {rate} = {sum} nats",
    },
    "learn.algorithm_batch": {
        "en": "the mean of {n} images was {loss} nats; every weight moves a little downhill",
        "ko": "이미지 {n}개의 평균은 {loss} nats, 모든 가중치가 조금씩 내리막으로 움직입니다",
    },
    "learn.algorithm_done": {"en": "the end of this short training", "ko": "이 짧은 학습의 끝"},
    "learn.algorithm_at": {"en": "Step {n} of {total}", "ko": "{total}걸음 중 {n}걸음"},
    "learn.algorithm_one": {"en": "One step", "ko": "한 걸음"},
    "learn.algorithm_ten": {"en": "Ten steps", "ko": "열 걸음"},
    "learn.algorithm_all": {"en": "To the end", "ko": "끝까지"},
    "learn.algorithm_new": {"en": "New weights", "ko": "새 가중치"},
    "learn.algorithm_curve": {"en": "loss of the batch, nats per image", "ko": "배치의 손실, 이미지당 nats"},
    "learn.algorithm_pictures": {
        "en": "Five digits above, what the network paints of them below",
        "ko": "위는 숫자 다섯 개, 아래는 네트워크가 그린 그림",
    },
    "learn.algorithm_go": {"en": "Train one yourself", "ko": "직접 학습하기"},
    # 3
    "learn.amortised_title": {
        "en": "Why one network, not a q for every image",
        "ko": "이미지마다 q 대신 네트워크 하나를 쓰는 까닭",
    },
    "learn.amortised_text": {
        "en": "The encoder is a shortcut: one pass in place of an optimisation for every image. The curve is that "
        "optimisation, gradient steps on μ and σ of this image alone, run just now; the line is the encoder. The q of "
        "its own may end a little lower: that difference is the amortisation gap. Choose other images and compare "
        "nats and milliseconds.",
        "ko": "인코더는 지름길입니다. 이미지마다 최적화하는 대신 한 번 통과합니다. 곡선이 바로 그 최적화로, 이 "
        "이미지만의 μ와 σ에 대한 경사 하강을 방금 실행한 것이고, 직선은 인코더입니다. 이미지 전용 q가 조금 더 낮게 "
        "끝나기도 하는데, 그 차이가 상각 간극(amortisation gap)입니다. 다른 이미지를 골라 nats와 밀리초를 비교해 "
        "보세요.",
    },
    "learn.amortised_formula_1": {
        "en": "mu and sigma are what the encoder makes of x",
        "ko": "뮤와 시그마는 인코더가 x로 만든 값",
    },
    "learn.amortised_formula_2": {
        "en": "mu star and sigma star are those for which the loss of x is least",
        "ko": "뮤 스타와 시그마 스타는 x의 손실이 가장 작은 값",
    },
    "learn.amortised_encoder": {"en": "Encoder, one pass", "ko": "인코더, 한 번 통과"},
    "learn.amortised_own": {"en": "A q of its own, {n} steps", "ko": "전용 q, {n}걸음"},
    "learn.amortised_value": {"en": "{nats} nats in {ms} ms", "ko": "{nats} nats, {ms} ms"},
    "learn.amortised_gap": {"en": "Amortisation gap", "ko": "상각 간극"},
    "learn.amortised_all": {"en": "For {n} training images", "ko": "학습 이미지 {n}개라면"},
    "learn.amortised_times": {"en": "{encoder} against {own}", "ko": "{encoder} 대 {own}"},
    "learn.amortised_x": {"en": "milliseconds of computing", "ko": "계산에 쓴 밀리초"},
    "learn.amortised_y": {"en": "−ELBO, nats", "ko": "−ELBO, nats"},
    "learn.seconds": {"en": "{n} s", "ko": "{n}초"},
    "learn.hours": {"en": "{n} h", "ko": "{n}시간"},
    # 4
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
    "learn.gradients_formula_1": {
        "en": "The gradient in mu of the expectation of f of z is the expectation over epsilon of the gradient of f "
        "at mu plus sigma epsilon",
        "ko": "f의 기댓값을 뮤로 미분한 것은 뮤 더하기 시그마 엡실론에서의 f의 기울기를 엡실론에 대해 평균한 것",
    },
    "learn.gradients_formula_2": {
        "en": "The same gradient is the expectation of f of z times the gradient in mu of log q of z",
        "ko": "같은 기울기는 f에 로그 q의 뮤에 대한 기울기를 곱해 평균한 것",
    },
    "learn.gradients_of": {"en": "Gradient in", "ko": "무엇에 대한 기울기"},
    "learn.gradients_mu": {"en": "μ", "ko": "μ"},
    "learn.gradients_logvar": {"en": "log σ²", "ko": "log σ²"},
    "learn.gradients_baseline": {"en": "baseline for the score", "ko": "점수 함수에 기준선"},
    "learn.gradients_path": {"en": "reparameterised", "ko": "재매개변수화"},
    "learn.gradients_score": {"en": "score function", "ko": "점수 함수"},
    "learn.gradients_latent": {"en": "latent", "ko": "잠재 차원"},
    "learn.gradients_mean": {"en": "mean ± its error", "ko": "평균 ± 오차"},
    "learn.gradients_ratio": {"en": "variance ratio", "ko": "분산비"},
    "learn.gradients_ratio_help": {
        "en": "So many times as many samples does the score function need for the same error",
        "ko": "같은 오차에 이르려면 점수 함수는 이 배수만큼 표본이 더 필요합니다",
    },
    "learn.gradients_count": {
        "en": "{n} samples of each at this image, as histograms; the upright line is their mean",
        "ko": "이 이미지에서 각각 표본 {n}개의 히스토그램, 세로선은 그 평균입니다",
    },
    "learn.gradients_x": {
        "en": "gradient from one sample, nats per unit of {of}",
        "ko": "표본 하나의 기울기, {of} 단위당 nats",
    },
    # 5
    "learn.posterior_title": {
        "en": "The true posterior beside the encoder's Gaussian",
        "ko": "참 사후분포와 인코더의 가우스분포",
    },
    "learn.posterior_text": {
        "en": "Where the true posterior and the encoder's Gaussian differ is exactly what the ELBO lacks of log p(x). "
        "With two latents Bayes' rule can be computed point by point: the shade is p(z|x), the ellipses are q at one "
        "and two σ. Choose other images: some clouds are bent or stretched along a diagonal that no ellipse with "
        "upright axes can follow, and those pay more nats.",
        "ko": "참 사후분포와 인코더의 가우스분포가 다른 만큼 ELBO는 정확히 log p(x)에 못 미칩니다. 잠재 차원이 둘이면 "
        "베이즈 규칙을 점마다 계산할 수 있습니다. 음영이 p(z|x)이고 타원은 q의 1σ와 2σ입니다. 다른 이미지를 골라 "
        "보세요. 어떤 구름은 휘었거나 대각선으로 늘어나 축이 곧은 타원이 따라갈 수 없고, 그런 이미지는 더 많은 nats를 "
        "치릅니다.",
    },
    "learn.posterior_formula_1": {
        "en": "log p of x minus the ELBO is the KL divergence of q of z given x from p of z given x",
        "ko": "x의 로그 p에서 ELBO를 뺀 것은 q와 참 사후분포 사이의 KL 발산",
    },
    "learn.posterior_formula_2": {
        "en": "p of z given x is proportional to p of x given z times p of z",
        "ko": "x가 주어졌을 때 z의 p는 z가 주어졌을 때 x의 p와 z의 p의 곱에 비례",
    },
    "learn.posterior_missing": {
        "en": "This step needs a model with two latents, and there is none here.",
        "ko": "이 단계에는 잠재 차원이 둘인 모델이 필요한데, 여기에는 없습니다.",
    },
    "learn.posterior_evidence": {"en": "log p(x), the integral", "ko": "log p(x), 적분값"},
    "learn.posterior_elbo": {"en": "ELBO", "ko": "증거 하한(ELBO)"},
    "learn.posterior_difference": {"en": "Difference", "ko": "차이"},
    "learn.posterior_gap": {"en": "KL(q ‖ p(z|x)) on the grid", "ko": "격자에서 KL(q ‖ p(z|x))"},
    "learn.posterior_true": {"en": "true posterior p(z|x)", "ko": "참 사후분포 p(z|x)"},
    "learn.posterior_q": {"en": "encoder's q(z|x), 1 and 2 σ", "ko": "인코더의 q(z|x), 1σ와 2σ"},
    "learn.posterior_label": {
        "en": "The true posterior over z0 and z1 as shades, and the encoder's Gaussian as two ellipses",
        "ko": "z0과 z1에 대한 참 사후분포의 음영과 인코더 가우스분포의 두 타원",
    },
    # 6
    "learn.elbo_title": {
        "en": "The ELBO in nats, and why decoding μ flatters it",
        "ko": "nats로 본 ELBO, μ를 디코딩하면 좋아 보이는 까닭",
    },
    "learn.elbo_text": {
        "en": "The bound asks for the distortion of a sampled z; whoever decodes μ reports a number that is no bound. "
        "The bars are the distortions of one image for many z from its cloud, the line is that of μ: almost every "
        "sample costs more. The rate is charged for the noisy code in both cases. Over all test images this alone "
        "makes the difference printed below. Choose an image, and see who is flattered most.",
        "ko": "하한은 표본 z의 왜곡을 요구합니다. μ를 디코딩한 값은 하한이 아닙니다. 막대는 한 이미지의 구름에서 뽑은 "
        "여러 z의 왜곡이고 선은 μ의 왜곡인데, 거의 모든 표본이 더 비쌉니다. 레이트는 두 경우 모두 잡음이 든 코드의 "
        "값입니다. 모든 시험 이미지에서 이것만으로 아래의 차이가 생깁니다. 이미지를 골라 어느 것이 가장 좋아 보이는지 "
        "확인해 보세요.",
    },
    "learn.elbo_formula_1": {
        "en": "log p of x is at least the ELBO, which is minus the sum of D and R",
        "ko": "x의 로그 p는 증거 하한 이상이고, 증거 하한은 D와 R의 합에 음수를 붙인 것",
    },
    "learn.elbo_formula_2": {
        "en": "The distortion D is minus the expectation under q of log p of x given z",
        "ko": "왜곡 D는 q에 대한 로그 우도의 기댓값에 음수를 붙인 것",
    },
    "learn.elbo_formula_3": {
        "en": "The rate R is the KL divergence of q of z given x from p of z",
        "ko": "레이트 R은 q와 사전분포 사이의 KL 발산",
    },
    "learn.elbo_rate": {"en": "Rate of this image", "ko": "이 이미지의 레이트"},
    "learn.elbo_sampled": {"en": "−ELBO, z sampled", "ko": "−ELBO, z 표본"},
    "learn.elbo_mu": {"en": "The same, decoding μ", "ko": "같은 값, μ 디코딩"},
    "learn.elbo_flattered": {"en": "Flattered by", "ko": "좋아 보이는 만큼"},
    "learn.elbo_all": {"en": "All test images", "ko": "모든 시험 이미지"},
    "learn.elbo_all_value": {"en": "{sampled} sampled, {mu} decoding μ", "ko": "표본 {sampled}, μ 디코딩 {mu}"},
    "learn.elbo_x": {"en": "distortion of one z, nats", "ko": "z 하나의 왜곡, nats"},
    "learn.elbo_line_mu": {"en": "μ {nats}", "ko": "μ {nats}"},
    "learn.elbo_line_mean": {"en": "mean {nats}", "ko": "평균 {nats}"},
    "learn.nats": {"en": "{n} nats", "ko": "{n} nats"},
    # 7
    "learn.bernoulli_title": {"en": "The Bernoulli term, log by log", "ko": "베르누이 항, 로그 하나하나"},
    "learn.bernoulli_text": {
        "en": "Every pixel pays the log of the probability that it was given. A white pixel with p = .99 costs .01 "
        "nats, with p = .01 it costs 4.6. Move over the map and read the bill. A grey pixel can never be free: even "
        "the exact p = x leaves its own entropy. The sum of these entropies is a floor that no decoder gets below.",
        "ko": "모든 픽셀은 자신에게 주어진 확률의 로그만큼 값을 치릅니다. 흰 픽셀은 p = .99일 때 .01 nats, p = .01일 "
        "때 4.6 nats입니다. 지도 위로 움직이며 계산서를 읽어 보세요. 회색 픽셀은 공짜가 될 수 없습니다. 정확히 p = "
        "x여도 자신의 엔트로피가 남습니다. 이 엔트로피의 합이 어떤 디코더도 내려갈 수 없는 바닥입니다.",
    },
    "learn.bernoulli_formula_1": {
        "en": "Minus log p of x given z is the sum of d i over all pixels",
        "ko": "z가 주어졌을 때 x의 로그 p에 음수를 붙인 것은 모든 픽셀의 d를 더한 것",
    },
    "learn.bernoulli_formula_2": {
        "en": "d i is minus x log p minus one minus x times log of one minus p",
        "ko": "d는 x 로그 p와 1 빼기 x 곱하기 로그 1 빼기 p를 더해 음수를 붙인 것",
    },
    "learn.bernoulli_missing": {
        "en": "This step needs a model with a Bernoulli likelihood, and there is none here.",
        "ko": "이 단계에는 베르누이 우도를 쓰는 모델이 필요한데, 여기에는 없습니다.",
    },
    "learn.bernoulli_p": {"en": "p, from μ", "ko": "p, μ에서"},
    "learn.bernoulli_map": {"en": "nats of each pixel", "ko": "픽셀마다의 nats"},
    "learn.bernoulli_map_label": {
        "en": "Nats of each pixel; arrow keys move from pixel to pixel",
        "ko": "픽셀마다의 nats, 화살표 키로 픽셀을 옮깁니다",
    },
    "learn.bernoulli_read": {
        "en": "Pixel ({column}, {row}): x = {x}, p = {p}: {nats} nats, of which {own} are its own entropy",
        "ko": "픽셀 ({column}, {row}): x = {x}, p = {p}: {nats} nats, 그중 {own} nats는 자신의 엔트로피",
    },
    "learn.bernoulli_sum": {"en": "Sum of all pixels", "ko": "모든 픽셀의 합"},
    "learn.bernoulli_floor": {"en": "Floor of this image", "ko": "이 이미지의 바닥"},
    "learn.bernoulli_above": {"en": "Above the floor", "ko": "바닥 위"},
    "learn.bernoulli_all": {"en": "Floor, all test images", "ko": "모든 시험 이미지의 바닥"},
    # 8
    "learn.beta_title": {"en": "What β buys, and what it costs", "ko": "β로 얻는 것과 치르는 것"},
    "learn.beta_text": {
        "en": "β is an exchange rate: how many nats of distortion a nat of rate is worth. The beta-VAE saves rate and "
        "pays for it with blurrier pictures; in return it keeps only what explains most, and that often follows one "
        "factor at a time. Move β: the bars show distortion + β · rate of both models. Does each win at the β of its "
        "own training?",
        "ko": "β는 환율입니다. 레이트 1 nat이 왜곡 몇 nats의 값인지를 정합니다. beta-VAE는 레이트를 아끼고 흐릿한 "
        "그림으로 값을 치르는 대신, 가장 많이 설명하는 것만 남기며 그것은 흔히 한 번에 변동 요인 하나를 따릅니다. β를 "
        "움직여 보세요. 막대는 두 모델의 왜곡 + β · 레이트입니다. 각 모델이 자신을 학습한 β에서 이기나요?",
    },
    "learn.beta_formula_1": {
        "en": "The loss is distortion plus beta times rate",
        "ko": "손실은 왜곡에 베타 곱하기 레이트를 더한 것",
    },
    "learn.beta_missing": {
        "en": "This step needs two models of the same images, and there is no such pair here.",
        "ko": "이 단계에는 같은 이미지로 학습한 두 모델이 필요한데, 여기에는 그런 쌍이 없습니다.",
    },
    "learn.beta_slider": {"en": "β = {beta}", "ko": "β = {beta}"},
    "learn.beta_costs": {"en": "D {distortion} · R {rate} nats", "ko": "D {distortion} · R {rate} nats"},
    "learn.beta_wins": {
        "en": "At β = {beta} {name} is better by {nats} nats. They draw at β = {even}.",
        "ko": "β = {beta}에서는 {name} 쪽이 {nats} nats 더 낫습니다. β = {even}에서 비깁니다.",
    },
    "learn.beta_dominates": {
        "en": "At β = {beta} {name} is better by {nats} nats, as at every β.",
        "ko": "β = {beta}에서는 {name} 쪽이 {nats} nats 더 낫고, 모든 β에서 그렇습니다.",
    },
    "learn.beta_excess": {"en": "{name}: {nats} nats more", "ko": "{name}: {nats} nats 더 많음"},
    "learn.beta_least": {"en": "{name}: the least", "ko": "{name}: 가장 적음"},
    "learn.beta_go": {"en": "Compare the two, slider by slider", "ko": "두 모델을 슬라이더별로 비교하기"},
    # 9
    "learn.prior_title": {
        "en": "Each z ~ N(0, 1) is N(0, I), but q(z) is no product",
        "ko": "z마다 N(0, 1)이면 N(0, I), 그러나 q(z)는 곱이 아니다",
    },
    "learn.prior_text": {
        "en": "Independent standard normals, multiplied, are N(0, I): nothing is lost by saying it latent by latent. "
        "The codes of real images are another matter: their mixture q(z) may have good-looking marginals and still be "
        "dependent. Switch between the three clouds. Shuffling each latent on its own keeps both marginals and "
        "removes the dependence: what changes in between is measured by the total correlation.",
        "ko": "독립인 표준정규분포의 곱은 정확히 N(0, I)이므로, 잠재 차원마다 따로 말해도 잃는 것이 없습니다. 실제 "
        "이미지의 코드는 다릅니다. 그 혼합인 q(z)는 주변분포가 멀쩡해 보여도 서로 의존할 수 있습니다. 세 구름을 바꿔 "
        "보세요. 잠재 차원을 따로 섞으면 두 주변분포는 그대로이고 의존성만 사라집니다. 그 사이의 차이를 총상관(total "
        "correlation)이 잽니다.",
    },
    "learn.prior_formula_1": {
        "en": "The product over i of standard normals of z i is the standard normal of the vector z",
        "ko": "z 아이의 표준정규분포를 모두 곱한 것은 벡터 z의 표준정규분포",
    },
    "learn.prior_formula_2": {
        "en": "q of z, the mean of q of z given x over all images, is not in general the product of its marginals",
        "ko": "모든 이미지에 대한 q의 평균인 z의 q는 일반적으로 주변분포의 곱이 아님",
    },
    "learn.prior_models": {"en": "Whose codes", "ko": "어느 모델의 코드"},
    "learn.prior_missing": {
        "en": "This step needs a model with at least two latents, and there is none here.",
        "ko": "이 단계에는 잠재 차원이 둘 이상인 모델이 필요한데, 여기에는 없습니다.",
    },
    "learn.prior_prior": {"en": "prior N(0, I)", "ko": "사전분포 N(0, I)"},
    "learn.prior_aggregate": {"en": "codes q(z)", "ko": "코드 q(z)"},
    "learn.prior_shuffled": {"en": "codes, shuffled", "ko": "섞은 코드"},
    "learn.prior_which": {"en": "Which cloud", "ko": "어느 구름"},
    "learn.prior_pair": {"en": "Information of z{i} about z{j}", "ko": "z{i}와(과) z{j}의 상호정보량"},
    "learn.prior_total": {"en": "Total correlation of {n} latents", "ko": "잠재 차원 {n}개의 총상관"},
    "learn.prior_count": {
        "en": "z{i} and z{j} depend on each other most. {n} samples of the mixture of {images} posteriors.",
        "ko": "z{i}와(과) z{j}의 의존성이 가장 큽니다. 사후분포 {images}개의 혼합에서 뽑은 표본 {n}개입니다.",
    },
    "learn.prior_label": {
        "en": "z{i} against z{j} with both marginals: {which}",
        "ko": "z{i}와(과) z{j}, 두 주변분포: {which}",
    },
    # 10
    "learn.collapse_title": {"en": "Why mean-MSE + KL collapses", "ko": "평균 MSE + KL이 붕괴하는 까닭"},
    "learn.collapse_text": {
        "en": "A mean over pixels hides a β of half the number of pixels. A latent wakes only if the images vary "
        "along its direction by more than β·σ². The bars are those variances, strongest first. Move the threshold: "
        "with the squared error summed it stands at ½; with the mean over {pixels} pixels at {half}, above "
        "everything: all latents sleep, and the decoder paints the mean image.",
        "ko": "픽셀에 대한 평균은 픽셀 수의 절반이나 되는 β를 숨깁니다. 잠재 차원은 그 방향으로 이미지의 분산이 "
        "β·σ²보다 클 때만 깨어납니다. 막대는 큰 것부터 늘어놓은 그 분산입니다. 문턱을 움직여 보세요. 제곱 오차의 "
        "합이면 문턱이 ½이고, {pixels}픽셀의 평균이면 {half}이어서 모든 것 위에 있습니다. 모든 잠재 차원이 잠들고 "
        "디코더는 평균 이미지만 그립니다.",
    },
    "learn.collapse_formula_1": {
        "en": "One over P times the squared error plus KL means that beta sigma squared is P half",
        "ko": "제곱 오차의 P분의 1에 KL을 더하면 베타 시그마 제곱이 2분의 P라는 뜻",
    },
    "learn.collapse_formula_2": {
        "en": "A latent wakes if its eigenvalue lambda exceeds beta sigma squared",
        "ko": "고유값 람다가 베타 시그마 제곱보다 크면 잠재 차원이 깨어남",
    },
    "learn.collapse_slider": {"en": "β·σ² = {value}", "ko": "β·σ² = {value}"},
    "learn.collapse_sum": {"en": "summed error: ½", "ko": "오차의 합: ½"},
    "learn.collapse_mean": {"en": "mean error: {half}", "ko": "오차의 평균: {half}"},
    "learn.collapse_own": {"en": "this model: {value}", "ko": "이 모델: {value}"},
    "learn.collapse_awake": {
        "en": "{n} latents of a linear VAE wake and carry {nats} nats.",
        "ko": "선형 VAE의 잠재 차원 {n}개가 깨어나 {nats} nats를 나릅니다.",
    },
    "learn.collapse_none": {
        "en": "No latent wakes: the strongest direction has a variance of only {largest}.",
        "ko": "깨어나는 잠재 차원이 없습니다. 가장 강한 방향의 분산도 {largest}에 지나지 않습니다.",
    },
    "learn.collapse_x": {"en": "directions of the images, strongest first", "ko": "이미지의 방향, 강한 것부터"},
    "learn.collapse_y": {"en": "variance (logarithmic)", "ko": "분산 (로그 눈금)"},
    "learn.collapse_label": {
        "en": "Variances of the {shown} strongest directions; {n} of them above the threshold {value}",
        "ko": "가장 강한 방향 {shown}개의 분산, 문턱 {value} 위에 {n}개",
    },
    "learn.collapse_go": {"en": "See {name} in Explore", "ko": "탐색에서 {name} 보기"},
    # 11
    "learn.losses_title": {"en": "Loss H and loss B", "ko": "손실 H와 손실 B"},
    "learn.losses_text": {
        "en": "Loss H taxes every nat of KL at the same rate β; loss B sets a target C and punishes what differs from "
        "it. Read the slopes: under H each further nat costs β; under B the first C nats are rewarded by γ, all "
        "others cost γ. Move the sliders until both lines leave a latent the same choice. The table says what the "
        "numbers of other repositories mean in nats per image.",
        "ko": "손실 H는 KL 1 nat마다 같은 세율 β를 매기고, 손실 B는 목표 C를 정해 거기서 벗어난 만큼 벌합니다. "
        "기울기를 읽어 보세요. H에서는 1 nat이 늘 때마다 β가 들고, B에서는 처음 C nats까지는 γ만큼 이득이며 그 뒤로는 "
        "γ가 듭니다. 두 선이 잠재 차원에 같은 선택을 남길 때까지 슬라이더를 움직여 보세요. 표는 다른 저장소의 숫자가 "
        "이미지당 nats로 무엇을 뜻하는지 알려 줍니다.",
    },
    "learn.losses_formula_1": {
        "en": "Loss H is distortion plus beta times KL",
        "ko": "손실 H는 왜곡에 베타 곱하기 KL을 더한 것",
    },
    "learn.losses_formula_2": {
        "en": "Loss B is distortion plus gamma times the absolute difference of KL and C",
        "ko": "손실 B는 왜곡에 감마 곱하기 KL과 C의 차이의 절댓값을 더한 것",
    },
    "learn.losses_beta": {"en": "β = {value}", "ko": "β = {value}"},
    "learn.losses_gamma": {"en": "γ = {value}", "ko": "γ = {value}"},
    "learn.losses_capacity": {"en": "C = {value} nats", "ko": "C = {value} nats"},
    "learn.losses_x": {"en": "KL, nats per image", "ko": "KL, 이미지당 nats"},
    "learn.losses_y": {"en": "what is added to the distortion, nats", "ko": "왜곡에 더해지는 값, nats"},
    "learn.losses_table": {"en": "What others call β", "ko": "다른 저장소의 β"},
    "learn.losses_whose": {"en": "loss", "ko": "손실"},
    "learn.losses_pixels": {"en": "values P", "ko": "값의 수 P"},
    "learn.losses_weight": {"en": "weight w", "ko": "가중치 w"},
    "learn.losses_effective": {"en": "β here", "ko": "여기서의 β"},
    "learn.losses_examples": {
        "en": "pytorch/examples: cross-entropy and KL, both summed",
        "ko": "pytorch/examples: 교차 엔트로피와 KL, 둘 다 합",
    },
    "learn.losses_conv": {
        "en": "conv VAE on MNIST 32×32: mean-MSE + KL",
        "ko": "MNIST 32×32의 conv VAE: 평균 MSE + KL",
    },
    "learn.losses_today": {"en": "PyTorch-VAE, β = 10, M_N = .00025", "ko": "PyTorch-VAE, β = 10, M_N = .00025"},
    "learn.losses_then": {
        "en": "the same as it was, M_N = 144 / 162,770, pixels in [−1, 1]",
        "ko": "예전의 같은 코드, M_N = 144 / 162,770, 픽셀은 [−1, 1]",
    },
    "learn.losses_posts": {
        "en": "the same as posts read it, M_N = 128 / 4,096",
        "ko": "블로그 글의 해석, M_N = 128 / 4,096",
    },
    "learn.losses_note": {
        "en": "w·P / 2 at σ = 1 in units of [0, 1]; with loss B the same factor belongs to γ, and C stays in nats.",
        "ko": "σ = 1, [0, 1] 단위에서 w·P / 2입니다. 손실 B에서는 같은 배수가 γ에 붙고 C는 nats 그대로입니다.",
    },
    "learn.losses_go": {"en": "Train with either in the Train tab", "ko": "학습 탭에서 둘 중 하나로 학습하기"},
    # Errors.
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
}
