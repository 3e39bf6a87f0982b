"""The Compare tab: two models side by side."""

COMPARE: dict[str, dict[str, str]] = {
    "compare.left": {"en": "Left", "ko": "왼쪽"},
    "compare.right": {"en": "Right", "ko": "오른쪽"},
    "compare.explore": {"en": "Explore it", "ko": "탐색에서 열기"},
    "compare.opening": {"en": "Opening {left} and {right} …", "ko": "{left}, {right} 모델을 여는 중 …"},
    "compare.none": {"en": "There is no model to compare here.", "ko": "여기에는 비교할 모델이 없습니다."},
    "compare.pays": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}); it pays {paid} nats of reconstruction "
        "for that.",
        "ko": "{name} 모델은 {apart} 분리하고(MIG {mig}), {other} 모델은 {m}개를 분리합니다(MIG {other_mig}). {name} "
        "모델은 그 대가로 복원에서 {paid} nat를 더 치릅니다.",
    },
    "compare.free": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}), and pays nothing for that: its "
        "reconstructions cost {paid} nats less.",
        "ko": "{name} 모델은 {apart} 분리하고(MIG {mig}), {other} 모델은 {m}개를 분리합니다(MIG {other_mig}). 치르는 "
        "대가도 없습니다. {name} 모델의 복원 비용이 {paid} nat 더 적습니다.",
    },
    "compare.even": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}); their reconstructions cost the same.",
        "ko": "{name} 모델은 {apart} 분리하고(MIG {mig}), {other} 모델은 {m}개를 분리합니다(MIG {other_mig}). 두 "
        "모델의 복원 비용은 같습니다.",
    },
    "compare.apart_all": {"en": "all {total} factors apart", "ko": "요인 {total}개를 모두"},
    "compare.apart_some": {
        "en": "{n} of {total} factors apart ({factors})",
        "ko": "요인 {total}개 중 {n}개({factors})를",
    },
    "compare.neither": {
        "en": "Neither keeps a factor apart: MIG {mig} for {name}, {other_mig} for {other}.",
        "ko": "두 모델 모두 어떤 요인도 분리하지 못합니다. MIG는 {name} {mig}, {other} {other_mig}입니다.",
    },
    "compare.thrifty": {
        "en": "{name} spends {saved} nats less on its latents than {other}, and pays {paid} nats of reconstruction "
        "for it; these images have no known factors that could be kept apart.",
        "ko": "{name} 모델은 잠재 차원에 {other} 모델보다 {saved} nat를 덜 쓰고, 그 대가로 복원에서 {paid} nat를 더 "
        "치릅니다. 이 이미지들에는 분리할 만한 알려진 요인이 없습니다.",
    },
    "compare.better": {
        "en": "{name} spends {saved} nats less on its latents than {other} and reconstructs better by {paid} nats; "
        "the images have no known factors that could be kept apart.",
        "ko": "{name} 모델은 잠재 차원에 {other} 모델보다 {saved} nat를 덜 쓰면서 복원도 {paid} nat만큼 더 좋습니다. "
        "이 이미지들에는 분리할 만한 알려진 요인이 없습니다.",
    },
    "compare.unlike": {
        "en": "{name} and {other} have different likelihoods, so their distortions cannot be set against each other: "
        "compare pictures and latents.",
        "ko": "{name}, {other} 두 모델은 가능도가 서로 달라 왜곡을 맞대어 비교할 수 없습니다. 그림과 잠재 차원을 "
        "비교하십시오.",
    },
    "compare.unseen": {
        "en": "The images of {data} are missing here, and with them their factors.",
        "ko": "여기에는 {data} 이미지가 없으므로 그 요인도 알 수 없습니다.",
    },
    "compare.unmeasured": {
        "en": "No scores are recorded in the file of {name}: the table shows what is known, and the spill meter works.",
        "ko": "{name} 파일에 점수가 기록되어 있지 않습니다. 표에는 알려진 값만 나오며, 누출 측정은 작동합니다.",
    },
    "compare.unmeasured_both": {
        "en": "No scores are recorded in the files of {name} and {other}: the table shows what is known, and the spill "
        "meter works.",
        "ko": "{name}, {other} 파일에 점수가 기록되어 있지 않습니다. 표에는 알려진 값만 나오며, 누출 측정은 "
        "작동합니다.",
    },
    "compare.same": {
        "en": "Both sides show {name}: choose another model to see a difference.",
        "ko": "양쪽 모두 {name} 모델입니다. 차이를 보려면 다른 모델을 고르십시오.",
    },
    "compare.other_data": {
        "en": "{name} and {beside} were trained on different images and cannot be compared: here is {other} beside it.",
        "ko": "{name}, {beside} 두 모델은 서로 다른 이미지로 학습되어 비교할 수 없습니다. 대신 {other} 모델을 나란히 "
        "놓았습니다.",
    },
    "compare.error": {"en": "{nats} nats", "ko": "{nats} nat"},
    "compare.error_help": {
        "en": "Reconstruction error of this image: −log p(x|z) at z = μ, in nats",
        "ko": "이 이미지의 복원 오차: z = μ일 때의 −log p(x|z), nat 단위",
    },
    "compare.change": {"en": "what changed", "ko": "바뀐 부분"},
    "compare.change_alt": {
        "en": "Where the picture of z differs from the reconstruction: {percent} % on average",
        "ko": "z의 그림이 복원과 다른 곳: 평균 {percent} %",
    },
    "compare.reader": {
        "en": "Bars: how far each factor has moved in the decoded picture, as a share of its range, read by a small "
        "network that knows real images only. On test images it reaches {figures}. Pale: within its own error.",
        "ko": "막대: 디코딩한 그림에서 각 요인이 움직인 정도를 그 요인의 범위에 대한 비율로 나타냅니다. 실제 이미지만 "
        "아는 작은 신경망이 읽으며, 테스트 이미지에서의 성적은 {figures}입니다. 옅은 색: 읽기 오차 이내.",
    },
    "compare.r2": {"en": "{factor} R² {r2}", "ko": "{factor} R² {r2}"},
    "compare.accuracy": {"en": "{factor} {percent} % right", "ko": "{factor} 정확도 {percent} %"},
    "compare.no_reader": {
        "en": "Nothing reads factors off these pictures: the orange shows what changed.",
        "ko": "이 그림들에서 요인을 읽어 내는 신경망이 없습니다. 바뀐 부분은 주황색으로 보입니다.",
    },
    "compare.rows": {"en": "Matched latents", "ko": "짝지은 잠재 차원"},
    "compare.rows_about": {
        "en": "A row, a slider: both models move to the same share of their codes. Double click: back to the image.",
        "ko": "한 줄에 슬라이더 하나: 두 모델이 각자 코드 분포의 같은 위치로 움직입니다. 더블 클릭: 이미지의 값으로 "
        "되돌리기.",
    },
    "compare.alike": {"en": "alike", "ko": "비슷함"},
    "compare.alike_help": {
        "en": "Rank correlation of the two latents over the test images",
        "ko": "테스트 이미지에서 구한 두 잠재 차원의 순위 상관",
    },
    "compare.only_left": {"en": "left only", "ko": "왼쪽만"},
    "compare.only_right": {"en": "right only", "ko": "오른쪽만"},
    "compare.alone": {
        "en": "No latent of this model does the same.",
        "ko": "이 모델에는 같은 일을 하는 잠재 차원이 없습니다.",
    },
    "compare.cell": {"en": "{model}: z{dim} = {value}", "ko": "{model}: z{dim} = {value}"},
    "compare.slider": {
        "en": "{title}: {left} on the left, {right} on the right",
        "ko": "{title}: 왼쪽 {left}, 오른쪽 {right}",
    },
    "compare.carries": {"en": "z{dim} carries {factors}", "ko": "z{dim}에 담긴 요인: {factors}"},
    "compare.stays": {"en": "{percent} % in {factor}", "ko": "{percent} % {factor}"},
    "compare.stays_class": {"en": "class moves {percent} %", "ko": "클래스 이동 {percent} %"},
    "compare.stays_none": {"en": "nothing to read", "ko": "읽을 것 없음"},
    "compare.stays_reading": {
        "en": "Reading the decoded pictures of 200 images …",
        "ko": "이미지 200장을 디코딩한 그림을 읽는 중 …",
    },
    "compare.stays_help": {
        "en": "Of all that z{dim} changes in decoded pictures (squared; from 1 % to 99 % of its codes, 200 images), "
        "the share that stays in one factor, {factor}: {percent} % ± {spread} over the images.",
        "ko": "z{dim}의 변화가 디코딩한 그림에서 바꾸는 모든 것(제곱, 코드의 1 %에서 99 %까지, 이미지 200장) 가운데 "
        "한 요인({factor})에 머무는 비율: {percent} % ± {spread}(이미지에 걸친 표준편차).",
    },
    "compare.stays_class_help": {
        "en": "How far z{dim} moves the class that is read in decoded pictures: root of the mean squared change from "
        "1 % to 99 % of its codes, 200 images.",
        "ko": "z{dim}의 변화가 디코딩한 그림에서 읽은 클래스를 얼마나 움직이는지: 코드의 1 %에서 99 %까지, 이미지 "
        "200장에서 변화의 제곱 평균 제곱근.",
    },
    "compare.stays_one": {"en": "{percent} % ± {spread} in {name}", "ko": "{name} {percent} % ± {spread}"},
    "compare.stays_model": {
        "en": "Spill meter: of what a latent changes in decoded pictures, so much stays in one factor: {found} (mean "
        "and spread over 200 images).",
        "ko": "누출 측정: 잠재 차원 하나가 디코딩한 그림에서 바꾸는 것 가운데 한 요인에 머무는 비율은 "
        "{found}입니다(이미지 200장의 평균과 표준편차).",
    },
    "compare.maps": {"en": "Linked maps", "ko": "연결된 지도"},
    "compare.map_left": {
        "en": "Map of the left model. Arrow keys walk from image to image, Escape drops a selection.",
        "ko": "왼쪽 모델의 지도. 화살표 키로 이미지 사이를 옮겨 다니고, Esc 키로 선택을 해제합니다.",
    },
    "compare.map_right": {
        "en": "Map of the right model. Arrow keys walk from image to image, Escape drops a selection.",
        "ko": "오른쪽 모델의 지도. 화살표 키로 이미지 사이를 옮겨 다니고, Esc 키로 선택을 해제합니다.",
    },
    "compare.latents": {"en": "two latents", "ko": "두 잠재 차원"},
    "compare.lasso": {"en": "Lasso", "ko": "올가미"},
    "compare.explore_help": {
        "en": "Open {name} in Explore with this image and z",
        "ko": "{name} 모델을 이 이미지와 이 z로 탐색 탭에서 열기",
    },
    "compare.clear": {"en": "Drop selection", "ko": "선택 해제"},
    "compare.selected": {"en": "{n} of {total} images selected", "ko": "이미지 {total}장 중 {n}장 선택"},
    "compare.about_z": {
        "en": "Of either model the two latents that follow the chosen factors best: where each factor has a latent of "
        "its own, colours lie in straight bands. Hover or lasso (or hold Shift and drag) on one: it shows on both.",
        "ko": "고른 요인을 가장 잘 따르는 잠재 차원을 모델마다 두 개씩 골라 그렸습니다. 요인마다 자기 잠재 차원이 "
        "있으면 색이 곧은 띠를 이룹니다. 한쪽에서 점을 가리키거나 올가미로 두르면(Shift를 누른 채 끌어도 됩니다) "
        "양쪽에 함께 보입니다.",
    },
}
