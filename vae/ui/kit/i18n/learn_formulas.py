"""How the formulas of the Learn tab are read aloud."""

LEARN_FORMULAS: dict[str, dict[str, str]] = {
    "learn.vae_formula_1": {
        "en": "q of z given x is normal, with mean mu of x and variance sigma squared of x",
        "ko": "x가 주어졌을 때 z의 q는 평균이 x의 뮤, 분산이 x의 시그마 제곱인 정규분포",
    },
    "learn.vae_formula_2": {
        "en": "p of x is the integral over z of p of x given z times the standard normal density of z",
        "ko": "x의 p는 z가 주어졌을 때 x의 p에 z의 표준정규 밀도를 곱해 z에 대해 적분한 것",
    },
    "learn.algorithm_formula_1": {
        "en": "The loss is minus log p of x given z, plus the KL divergence of q of z given x from p of z",
        "ko": "손실은 z가 주어졌을 때 x의 로그 p에 음수를 붙이고, q와 사전분포 사이의 KL 발산을 더한 것",
    },
    "learn.amortised_formula_1": {
        "en": "mu and sigma are what the encoder, a function with weights phi, makes of x",
        "ko": "뮤와 시그마는 인코더가 x로 만든 값",
    },
    "learn.amortised_formula_2": {
        "en": "mu star and sigma star are those for which the loss of x is least",
        "ko": "뮤 스타와 시그마 스타는 x의 손실이 가장 작은 값",
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
    "learn.posterior_formula_1": {
        "en": "log p of x minus the ELBO is the KL divergence of q of z given x from p of z given x",
        "ko": "x의 로그 p에서 ELBO를 뺀 것은 q와 참 사후분포 사이의 KL 발산",
    },
    "learn.posterior_formula_2": {
        "en": "p of z given x is proportional to p of x given z times p of z",
        "ko": "x가 주어졌을 때 z의 p는 z가 주어졌을 때 x의 p와 z의 p의 곱에 비례",
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
    "learn.bernoulli_formula_1": {
        "en": "Minus log p of x given z is the sum of d i over all pixels",
        "ko": "z가 주어졌을 때 x의 로그 p에 음수를 붙인 것은 모든 픽셀의 d를 더한 것",
    },
    "learn.bernoulli_formula_2": {
        "en": "d i is minus x log p minus one minus x times log of one minus p",
        "ko": "d는 x 로그 p와 1 빼기 x 곱하기 로그 1 빼기 p를 더해 음수를 붙인 것",
    },
    "learn.beta_formula_1": {
        "en": "The loss is distortion plus beta times rate",
        "ko": "손실은 왜곡에 베타 곱하기 레이트를 더한 것",
    },
    "learn.prior_formula_1": {
        "en": "The product over i of standard normals of z i is the standard normal of the vector z",
        "ko": "z 아이의 표준정규분포를 모두 곱한 것은 벡터 z의 표준정규분포",
    },
    "learn.prior_formula_2": {
        "en": "q of z, the mean of q of z given x over all images, is not in general the product of its marginals",
        "ko": "모든 이미지에 대한 q의 평균인 z의 q는 일반적으로 주변분포의 곱이 아님",
    },
    "learn.collapse_formula_1": {
        "en": "One over P times the squared error plus KL means that beta sigma squared is P half",
        "ko": "제곱 오차의 P분의 1에 KL을 더하면 베타 시그마 제곱이 2분의 P라는 뜻",
    },
    "learn.collapse_formula_2": {
        "en": "A latent wakes if its eigenvalue lambda exceeds beta sigma squared",
        "ko": "고유값 람다가 베타 시그마 제곱보다 크면 잠재 차원이 깨어남",
    },
    "learn.losses_formula_1": {
        "en": "Loss H is distortion plus beta times KL",
        "ko": "손실 H는 왜곡에 베타 곱하기 KL을 더한 것",
    },
    "learn.losses_formula_2": {
        "en": "Loss B is distortion plus gamma times the absolute difference of KL and C",
        "ko": "손실 B는 왜곡에 감마 곱하기 KL과 C의 차이의 절댓값을 더한 것",
    },
}
