"""What a page is told when something cannot be done: one sentence each."""

ERRORS: dict[str, dict[str, str]] = {
    "error.arguments": {
        "en": "The call {name} came with the wrong arguments.",
        "ko": "{name} 호출의 인자가 잘못되었습니다.",
    },
    "error.model": {"en": "There is no model named {name} here.", "ko": "여기에는 {name}(이)라는 모델이 없습니다."},
    "error.checkpoint": {"en": "{reason}", "ko": "이 모델을 열 수 없습니다: {reason}"},
    "error.channels": {
        "en": "The images of this model have {channels} channels: what can be shown has 1 (grey) or 3 (RGB).",
        "ko": "이 모델의 이미지는 채널이 {channels}개입니다. 1개(흑백)나 3개(RGB)인 이미지만 표시할 수 있습니다.",
    },
    "error.index": {
        "en": "{index} is not the index of an image on this map.",
        "ko": "{index}번은 이 지도에 있는 이미지가 아닙니다.",
    },
    "error.z_length": {"en": "z must be a list of {dims} numbers.", "ko": "z는 숫자 {dims}개의 목록이어야 합니다."},
    "error.z_value": {
        "en": "z{dim} must be a number between −{limit} and {limit}.",
        "ko": "z{dim} 값은 −{limit}에서 {limit} 사이의 숫자여야 합니다.",
    },
    "error.dims": {
        "en": "The rows to traverse must be a list of different latents from 0 to {last}.",
        "ko": "순회할 줄은 0에서 {last}까지의 서로 다른 잠재 차원 목록이어야 합니다.",
    },
    "error.dim": {
        "en": "There is no latent {dim}: they run from 0 to {last}.",
        "ko": "잠재 차원 {dim}번은 없습니다. 0번에서 {last}번까지 있습니다.",
    },
    "error.range": {
        "en": "The range of a traversal is either sigma or quantiles.",
        "ko": "순회의 범위는 sigma 아니면 quantiles입니다.",
    },
    "error.projection": {
        "en": "This model has no projection named {name}.",
        "ko": "이 모델에는 {name}(이)라는 투영이 없습니다.",
    },
    "error.colour": {"en": "This map cannot be coloured by {name}.", "ko": "이 지도는 {name}(으)로 칠할 수 없습니다."},
    "error.place": {
        "en": "A place on the map is two finite numbers.",
        "ko": "지도 위의 위치는 유한한 숫자 두 개입니다.",
    },
    "error.sheet": {"en": "There is no thumbnail sheet {number}.", "ko": "섬네일 시트 {number}번은 없습니다."},
    "error.internal": {
        "en": "Something went wrong on the server; its log says what.",
        "ko": "서버에서 문제가 생겼습니다. 자세한 내용은 서버 로그에 있습니다.",
    },
    "error.other_data": {
        "en": "{left} and {right} were trained on different data: choose two models of the same data set.",
        "ko": "{left}, {right} 두 모델은 서로 다른 데이터로 학습되었습니다. 같은 데이터 세트의 모델 두 개를 "
        "고르십시오.",
    },
    "error.other_images": {
        "en": "{left} and {right} were tested on different versions of their data set and cannot be compared.",
        "ko": "{left}, {right} 두 모델은 서로 다른 버전의 데이터 세트로 테스트되어 비교할 수 없습니다.",
    },
    "error.few_common": {
        "en": "{left} and {right} have only {n} test images in common, too few to compare them.",
        "ko": "{left}, {right} 두 모델이 함께 가진 테스트 이미지가 {n}장뿐이어서 비교하기에 너무 적습니다.",
    },
    "error.kind": {"en": "A figure is either a png or a gif.", "ko": "그림은 png 아니면 gif입니다."},
    "error.no_reader": {
        "en": "Nothing here reads factors off the pictures of {name}.",
        "ko": "{name} 그림에서 요인을 읽어 낼 것이 여기에 없습니다.",
    },
    "error.network": {
        "en": "The server does not answer; the page goes on as soon as it does.",
        "ko": "서버가 응답하지 않습니다. 응답이 오는 대로 이어집니다.",
    },
    "error.refused": {
        "en": "The server refused this request: try again in a moment, and reload the page if that does not help.",
        "ko": "서버가 이 요청을 거부했습니다. 잠시 후 다시 시도하고, 그래도 안 되면 페이지를 새로 고치십시오.",
    },
    "error.no_models": {
        "en": "No checkpoint in {folder} can be opened.",
        "ko": "{folder} 폴더에 열 수 있는 체크포인트가 없습니다.",
    },
}
