"""The Explore tab: map, inspector, sliders, lattice, traversal, and which latent knows which factor."""

EXPLORE: dict[str, dict[str, str]] = {
    # The map.
    "map.label": {
        "en": "Map of the encoded test images. Arrow keys walk from image to image.",
        "ko": "인코딩된 테스트 이미지의 지도. 화살표 키로 이미지 사이를 옮겨 다닙니다.",
    },
    "map.projection": {"en": "Map", "ko": "지도"},
    "map.umap": {"en": "UMAP", "ko": "UMAP"},
    "map.pca": {"en": "PCA", "ko": "PCA"},
    "map.z": {"en": "two latents", "ko": "두 잠재 차원"},
    "map.x": {"en": "across", "ko": "가로"},
    "map.y": {"en": "up", "ko": "세로"},
    "map.colour": {"en": "Colour", "ko": "색"},
    "map.count": {"en": "{n} test images", "ko": "테스트 이미지 {n}장"},
    "map.sample": {"en": "Showing {n} of {total} test images", "ko": "테스트 이미지 {total}장 중 {n}장 표시"},
    "map.opening": {"en": "Opening {name} …", "ko": "{name} 여는 중 …"},
    "map.hint": {
        "en": "Hover a point, click it, then move a slider.",
        "ko": "점을 가리키고, 클릭한 다음, 슬라이더를 움직여 보십시오.",
    },
    "map.about_umap": {
        "en": "UMAP keeps neighbours together; distances between far groups, their sizes and the axes mean nothing.",
        "ko": "UMAP은 이웃끼리 모아 둡니다. 멀리 떨어진 무리 사이의 거리, 무리의 크기, 축에는 뜻이 없습니다.",
    },
    "map.about_pca": {
        "en": "PCA is a straight-line shadow of the latents: what it does not show may still be there.",
        "ko": "PCA는 잠재 공간을 곧게 비춘 그림자입니다. 여기 보이지 않는 것도 실제로는 있을 수 있습니다.",
    },
    "map.about_z": {
        "en": "Two latents as they are: click anywhere, the other latents stay where their sliders are.",
        "ko": "두 잠재 차원을 있는 그대로 그렸습니다. 아무 곳이나 클릭하십시오. 다른 잠재 차원은 슬라이더 위치에 "
        "그대로 있습니다.",
    },
    "map.legend": {"en": "Legend: click to hide or show", "ko": "범례: 클릭하면 숨기거나 다시 표시합니다"},
    "map.thumbnail": {"en": "Test image {index}", "ko": "테스트 이미지 {index}"},
    "map.decoded": {"en": "Decoded, test image {index}", "ko": "디코딩한 테스트 이미지 {index}"},
    "colour.class": {"en": "class", "ko": "클래스"},
    "colour.kl": {"en": "KL divergence", "ko": "KL 발산"},
    "colour.distortion": {"en": "reconstruction error", "ko": "복원 오차"},
    # The inspector.
    "inspector.original": {"en": "original", "ko": "원본"},
    "inspector.reconstruction": {"en": "reconstruction", "ko": "복원"},
    "inspector.z": {"en": "your z", "ko": "지금의 z"},
    "inspector.stored": {"en": "decoded, no original", "ko": "디코딩, 원본 없음"},
    "inspector.original_alt": {"en": "Test image {index}", "ko": "테스트 이미지 {index}"},
    "inspector.stored_alt": {
        "en": "Test image {index}, decoded from its stored code because the images are missing",
        "ko": "이미지가 없어 저장된 코드에서 디코딩한 테스트 이미지 {index}",
    },
    "inspector.reconstruction_alt": {
        "en": "Reconstruction of test image {index} from its mean code",
        "ko": "테스트 이미지 {index}의 평균 코드에서 얻은 복원",
    },
    "inspector.z_alt": {
        "en": "The picture that the decoder paints at the present slider positions",
        "ko": "지금의 슬라이더 위치에서 디코더가 그린 그림",
    },
    "inspector.index": {"en": "image {index}", "ko": "이미지 {index}"},
    "inspector.prior": {"en": "drawn from the prior", "ko": "사전분포에서 추출"},
    "inspector.between": {
        "en": "approximate: between {n} images, {distance} away",
        "ko": "근사: 이미지 {n}장 사이, 거리 {distance}",
    },
    "inspector.reset": {"en": "Reset", "ko": "되돌리기"},
    "inspector.reset_help": {
        "en": "Put every slider back to the picked image",
        "ko": "모든 슬라이더를 고른 이미지의 값으로 되돌립니다",
    },
    "inspector.random_image": {"en": "Random image", "ko": "무작위 이미지"},
    "inspector.random_image_help": {"en": "Pick a random test image", "ko": "테스트 이미지를 무작위로 고릅니다"},
    "inspector.random_prior": {"en": "From the prior", "ko": "사전분포에서"},
    "inspector.random_prior_help": {
        "en": "Draw every latent from N(0, 1) and decode",
        "ko": "모든 잠재 차원을 N(0, 1)에서 뽑아 디코딩합니다",
    },
    "inspector.to_compare": {"en": "Compare", "ko": "비교"},
    "inspector.to_compare_help": {
        "en": "See this image and this z beside another model of the same data",
        "ko": "이 이미지와 이 z를 같은 데이터의 다른 모델과 나란히 봅니다",
    },
    # Sliders.
    "sliders.title": {"en": "Latents, the most used first", "ko": "잠재 차원, 많이 쓰이는 순서"},
    "sliders.inactive": {
        "en": "{n} inactive latents (KL < 0.1 nat)",
        "ko": "쓰이지 않는 잠재 차원 {n}개(KL < 0.1 nat)",
    },
    "sliders.inactive_one": {"en": "1 inactive latent (KL < 0.1 nat)", "ko": "쓰이지 않는 잠재 차원 1개(KL < 0.1 nat)"},
    "sliders.follows_help": {
        "en": "z{dim} follows {factor}: normalised mutual information {strength} of 1",
        "ko": "z{dim}이(가) 따르는 요인: {factor}. 정규화 상호 정보량 {strength}(최대 1)",
    },
    "sliders.kl_help": {"en": "KL divergence {kl} nats", "ko": "KL 발산 {kl} nat"},
    "sliders.label": {"en": "Latent z{dim}", "ko": "잠재 차원 z{dim}"},
    "sliders.label_follows": {"en": "Latent z{dim}, follows {factor}", "ko": "잠재 차원 z{dim}, 따르는 요인: {factor}"},
    "sliders.row_help": {
        "en": "Double click: back to the picked image",
        "ko": "더블 클릭: 고른 이미지의 값으로 되돌리기",
    },
    # The lattice of two latents.
    "lattice.title": {"en": "Lattice: the whole prior, decoded", "ko": "격자: 사전분포 전체를 디코딩"},
    "lattice.about": {
        "en": "Cells stand for equal shares of the prior, spaced by the inverse normal CDF: click or drag.",
        "ko": "칸마다 사전분포의 같은 몫을 나타내며, 간격은 정규분포 누적분포함수의 역함수를 따릅니다. 클릭하거나 "
        "끌어 보십시오.",
    },
    "lattice.across": {"en": "z0 across", "ko": "z0 가로"},
    "lattice.up": {"en": "z1 up", "ko": "z1 세로"},
    "lattice.place": {"en": "z0 = {x}, z1 = {y}", "ko": "z0 = {x}, z1 = {y}"},
    "lattice.label": {
        "en": "Decoded lattice, at z0 = {x}, z1 = {y}. Arrow keys move by one cell.",
        "ko": "디코딩한 격자, z0 = {x}, z1 = {y} 위치. 화살표 키로 한 칸씩 움직입니다.",
    },
    "lattice.alt": {
        "en": "{steps} by {steps} pictures, decoded from values of z0 and z1",
        "ko": "z0과 z1의 값에서 디코딩한 그림 {steps}×{steps}장",
    },
    # Traversal.
    "traversal.title": {
        "en": "Traversal: one latent moves, the others stay",
        "ko": "순회: 잠재 차원 하나만 움직이고 나머지는 고정",
    },
    "traversal.range": {"en": "Range", "ko": "범위"},
    "traversal.sigma": {"en": "−3 … +3", "ko": "−3 … +3"},
    "traversal.quantiles": {"en": "quantiles 1 … 99 %", "ko": "분위수 1 … 99 %"},
    "traversal.cell": {"en": "z{dim} = {value}", "ko": "z{dim} = {value}"},
    "traversal.all": {"en": "Show all {n} rows", "ko": "{n}줄 모두 보기"},
    "traversal.few": {"en": "Show fewer rows", "ko": "줄 줄여 보기"},
    "traversal.asleep": {
        "en": "No latent is in use: every row repeats one picture.",
        "ko": "쓰이는 잠재 차원이 없어, 모든 줄에서 같은 그림이 되풀이됩니다.",
    },
    # What the latents know of the factors.
    "information.title": {"en": "What each latent knows of each factor", "ko": "각 잠재 차원이 각 요인을 아는 정도"},
    "information.about": {
        "en": "mutual information ÷ the factor's entropy, 0 to 1",
        "ko": "상호 정보량 ÷ 요인의 엔트로피, 0에서 1",
    },
    "information.cell": {
        "en": "z{dim} knows {share} of {factor}",
        "ko": "z{dim}이(가) {factor}에 대해 아는 정도: {share}",
    },
}
