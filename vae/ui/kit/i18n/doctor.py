"""The doctor: what there is to see in a model, what it means, and what helps."""

DOCTOR: dict[str, dict[str, str]] = {
    "finding.active": {
        "en": "{n} of {total} latents are in use.",
        "ko": "잠재 차원 {total}개 중 {n}개가 쓰이고 있습니다.",
    },
    "finding.active_help": {
        "en": "In use: a KL divergence of 0.1 nat or more. What the others could say costs more than it saves, so "
        "they are pruned; that is no collapse.",
        "ko": "쓰인다는 말은 KL 발산이 0.1 nat 이상이라는 뜻입니다. 나머지는 말해 봐야 드는 비용이 아끼는 비용보다 "
        "커서 가지치기된 것이며, 붕괴가 아닙니다.",
    },
    "finding.nan": {"en": "Not a number: {numbers}.", "ko": "숫자가 아닌 값: {numbers}."},
    "finding.collapse": {
        "en": "0 of {total} latents are in use: posterior collapse, the decoder ignores z.",
        "ko": "잠재 차원 {total}개 중 0개가 쓰입니다. 사후분포 붕괴이며, 디코더가 z를 무시합니다.",
    },
    "finding.collapse_bernoulli": {
        "en": "0 of {total} latents are in use: posterior collapse at β = {beta}, the decoder ignores z.",
        "ko": "잠재 차원 {total}개 중 0개가 쓰입니다. β = {beta}에서 사후분포 붕괴가 일어났고, 디코더가 z를 "
        "무시합니다.",
    },
    "finding.collapse_gaussian": {
        "en": "0 of {total} latents are in use: posterior collapse at an effective β·σ² = {weight}, the decoder "
        "ignores z.",
        "ko": "잠재 차원 {total}개 중 0개가 쓰입니다. 실효 β·σ² = {weight}에서 사후분포 붕괴가 일어났고, 디코더가 z를 "
        "무시합니다.",
    },
    "finding.stuck": {
        "en": "Collapsed: {latents}. All latents together carry {rate} nats, where a linear model carries {nats}.",
        "ko": "붕괴한 잠재 차원: {latents}. 잠재 차원을 다 합쳐 {rate} nat를 담지만, 선형 모델이라면 {nats} nat를 "
        "담습니다.",
    },
    "finding.dead": {
        "en": "Dead network: it paints one picture for all images, and not their mean.",
        "ko": "죽은 신경망: 모든 이미지에 같은 그림 하나만 그리며, 그것은 평균 이미지도 아닙니다.",
    },
    "finding.dead_constant": {
        "en": "Dead network: every picture it paints is the same, although its latents carry {rate} nats.",
        "ko": "죽은 신경망: 잠재 차원에 {rate} nat가 담겨 있는데도 그리는 그림이 모두 같습니다.",
    },
    "finding.dead_mean": {
        "en": "Dead network: its reconstructions are no closer than the mean image, although its latents carry {rate} "
        "nats.",
        "ko": "죽은 신경망: 잠재 차원에 {rate} nat가 담겨 있는데도 복원이 평균 이미지보다 나을 것이 없습니다.",
    },
    "finding.mean_image": {"en": "Every reconstruction is the mean image.", "ko": "모든 복원이 평균 이미지입니다."},
    "finding.capacity_short": {
        "en": "The KL divergence is {rate} nats: its capacity C = {capacity} is not reached.",
        "ko": "KL 발산이 {rate} nat로, 용량 C = {capacity}에 이르지 못했습니다.",
    },
    "finding.capacity_exceeded": {
        "en": "The KL divergence is {rate} nats: γ = {gamma} does not hold it at C = {capacity}.",
        "ko": "KL 발산이 {rate} nat입니다. γ = {gamma}(으)로는 C = {capacity}에 붙들어 두지 못합니다.",
    },
    "finding.capacity_loose": {
        "en": "Nothing is pushed: the capacity C = {capacity} is more than the {rate} nats that are used.",
        "ko": "아무 압력도 없습니다. 용량 C = {capacity}에 비해 쓰이는 양은 {rate} nat뿐입니다.",
    },
    "finding.not_pushed": {
        "en": "Nothing is pushed: with β = {beta} the KL divergence weighs no more than in a plain VAE.",
        "ko": "아무 압력도 없습니다. β = {beta}에서 KL 발산의 무게는 보통 VAE보다 크지 않습니다.",
    },
    "finding.overfit": {
        "en": "Over-fitted: a test image costs {gap} nats more than a training image (−ELBO {test} and {train}).",
        "ko": "과적합: 테스트 이미지가 학습 이미지보다 {gap} nat 더 듭니다(−ELBO {test}, {train}).",
    },
    "finding.follows": {
        "en": "Each of the {n} factors has a latent of its own.",
        "ko": "요인 {n}개마다 자기 잠재 차원이 하나씩 있습니다.",
    },
    "finding.together": {
        "en": "z{dim} carries several factors at once: {factors}.",
        "ko": "z{dim}에 여러 요인이 함께 담겨 있습니다: {factors}.",
    },
    "finding.spread": {
        "en": "Spread over several latents: {factors}.",
        "ko": "여러 잠재 차원에 흩어져 있습니다: {factors}.",
    },
    "finding.unfollowed": {"en": "Followed by no latent: {factors}.", "ko": "따르는 잠재 차원이 없습니다: {factors}."},
    "finding.forecast": {
        "en": "A linear model at β·σ² = {weight} would use {awake} latents and {nats} nats; this one uses {used} and "
        "{rate}. The strongest direction of the data has a variance of {largest}.",
        "ko": "β·σ² = {weight}에서 선형 모델은 잠재 차원 {awake}개와 {nats} nat를 쓸 것입니다. 이 모델은 {used}개와 "
        "{rate} nat를 씁니다. 데이터에서 가장 강한 방향의 분산은 {largest}입니다.",
    },
    "spectrum.title": {"en": "Why latents wake", "ko": "잠재 차원이 깨어나는 까닭"},
    "spectrum.about": {
        "en": "Bars: variance of the images along their strongest directions. A linear model spends a latent on those "
        "above the line, the more nats the higher. Dots: what the latents of this model carry, on the same scale.",
        "ko": "막대: 이미지가 가장 크게 변하는 방향들의 분산. 선형 모델은 선 위로 올라온 방향마다 잠재 차원을 하나씩 "
        "쓰며, 높을수록 더 많은 nat를 씁니다. 점: 이 모델의 잠재 차원이 담는 양을 같은 눈금으로 나타낸 것.",
    },
    "spectrum.threshold": {"en": "β·σ² = {value}", "ko": "β·σ² = {value}"},
    "spectrum.direction": {
        "en": "direction {n}: variance {variance}, worth {nats} nats",
        "ko": "방향 {n}: 분산 {variance}, {nats} nat의 가치",
    },
    "spectrum.latent": {"en": "this model's latent: {nats} nats", "ko": "이 모델의 잠재 차원: {nats} nat"},
    "spectrum.label": {
        "en": "Spectrum of the images: {n} directions above the threshold, {m} latents in use",
        "ko": "이미지의 스펙트럼: 임계값을 넘는 방향 {n}개, 쓰이는 잠재 차원 {m}개",
    },
    "remedy.nan": {
        "en": "Lower the learning rate or β; train in fp32.",
        "ko": "학습률이나 β를 낮추고, fp32로 학습하십시오.",
    },
    "remedy.collapse": {
        "en": "Lower β, or σ under a Gaussian; sum the squared error over the pixels, where a mean multiplies β by "
        "half their number.",
        "ko": "β를 낮추거나, 가우시안이라면 σ를 낮추십시오. 제곱 오차는 픽셀에 걸쳐 합하십시오. 평균을 내면 β에 픽셀 "
        "수의 절반을 곱한 셈이 됩니다.",
    },
    "remedy.stuck": {
        "en": "Begin with a low β and raise it; try a higher learning rate, more steps, another seed.",
        "ko": "낮은 β로 시작해 올리십시오. 더 높은 학습률, 더 많은 스텝, 다른 시드도 시도해 보십시오.",
    },
    "remedy.dead": {
        "en": "Train longer; if nothing moves, begin anew with a lower learning rate and another seed.",
        "ko": "더 오래 학습하십시오. 그래도 움직임이 없으면 더 낮은 학습률과 다른 시드로 새로 시작하십시오.",
    },
    "remedy.capacity_short": {
        "en": "Raise γ, train longer after the capacity has stopped rising, or lower C.",
        "ko": "γ를 올리거나, 용량이 다 오른 뒤에 더 오래 학습하거나, C를 낮추십시오.",
    },
    "remedy.capacity_exceeded": {"en": "Raise γ, or train longer.", "ko": "γ를 올리거나 더 오래 학습하십시오."},
    "remedy.push_capacity": {
        "en": "Choose a C below what a plain VAE of these images uses.",
        "ko": "이 이미지들에 보통 VAE가 쓰는 것보다 작은 C를 고르십시오.",
    },
    "remedy.push": {
        "en": "Choose a β above 1: pressure often helps to tell factors apart, though it guarantees nothing.",
        "ko": "1보다 큰 β를 고르십시오. 압력은 요인이 갈라지는 데 흔히 도움이 되지만, 보장하지는 않습니다.",
    },
    "remedy.overfit": {
        "en": "More images, fewer steps, a smaller network or a larger β.",
        "ko": "이미지를 늘리거나, 스텝을 줄이거나, 더 작은 신경망이나 더 큰 β를 쓰십시오.",
    },
    "remedy.entangled": {
        "en": "Try a larger β, a β that rises late, or another seed.",
        "ko": "더 큰 β, 늦게 오르는 β, 또는 다른 시드를 시도해 보십시오.",
    },
    "remedy.unfollowed": {
        "en": "Try a lower β or more steps: a factor that changes few pixels pays for a latent last.",
        "ko": "더 낮은 β나 더 많은 스텝을 시도해 보십시오. 바꾸는 픽셀이 적은 요인은 맨 나중에야 잠재 차원 값을 "
        "합니다.",
    },
    "finding.missing_images": {
        "en": "Pictures of the map are reconstructions, for the images are missing. {reason}",
        "ko": "이미지가 없어서 지도의 그림은 복원입니다. {reason}",
    },
    "finding.unknown_data": {
        "en": "The data set {data} is not known here.",
        "ko": "{data} 데이터 세트를 여기서는 알지 못합니다.",
    },
    "finding.other_version": {
        "en": "{data} is here in version {here}, the model was trained on version {then}.",
        "ko": "{data} 데이터는 여기 버전 {here}인데, 모델은 버전 {then}(으)로 학습되었습니다.",
    },
    "finding.other_shape": {
        "en": "{data} has images of another shape than this model.",
        "ko": "{data} 이미지는 이 모델과 크기가 다릅니다.",
    },
}
