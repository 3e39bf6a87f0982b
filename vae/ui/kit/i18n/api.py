"""What programs that call the app are told, see `vae.ui.server.api`: key -> language -> text."""

API: dict[str, dict[str, str]] = {
    "api.not_uploaded": {
        "en": "The image must be an uploaded file: with gradio_client, wrap its path in handle_file.",
        "ko": "이미지는 업로드한 파일이어야 합니다. gradio_client에서는 경로를 handle_file로 감싸 주십시오.",
    },
    "api.data": {
        "en": "The image must be the picture itself, as data:image/png;base64 and so on: no address is fetched.",
        "ko": "이미지는 data:image/png;base64 형식의 그림 자체여야 합니다. 주소의 그림은 가져오지 않습니다.",
    },
    "api.not_an_image": {
        "en": "{name} is not a picture: send a PNG, JPEG or WebP file.",
        "ko": "그림 파일이 아닙니다: {name}. PNG, JPEG 또는 WebP 파일을 보내 주십시오.",
    },
    "api.unreadable": {
        "en": "{name} is damaged: save the picture anew as PNG, JPEG or WebP.",
        "ko": "손상된 파일입니다: {name}. 그림을 PNG, JPEG 또는 WebP로 다시 저장해 주십시오.",
    },
    "api.huge": {
        "en": "{name} is too large: send a picture of at most {megapixels} megapixels and {megabytes} MB.",
        "ko": "너무 큰 파일입니다: {name}. {megapixels}메가픽셀, {megabytes} MB 이하의 그림을 보내 주십시오.",
    },
    "api.archive": {
        "en": "{name} is an archive: send one picture.",
        "ko": "압축 파일입니다: {name}. 그림 한 장을 보내 주십시오.",
    },
    "api.not_square": {
        "en": "The images of this model are {width}×{height}, no squares: send the index of a test image.",
        "ko": "이 모델의 이미지는 정사각형이 아닙니다({width}×{height}). 테스트 이미지의 번호를 보내 주십시오.",
    },
    "api.one_of": {
        "en": "Give either an image or the index of a test image.",
        "ko": "이미지 또는 테스트 이미지의 번호 가운데 하나만 보내 주십시오.",
    },
    "api.steps": {
        "en": "steps must be a whole number from 2 to {most}.",
        "ko": "steps 값은 2 이상 {most} 이하의 정수여야 합니다.",
    },
    "api.most": {
        "en": "One answer holds at most {most} pictures: ask for fewer dims or steps.",
        "ko": "한 번에 그림을 {most}장까지만 받을 수 있습니다. dims 또는 steps 값을 줄여 주십시오.",
    },
    "api.range": {
        "en": "low and high must be numbers between −{limit} and {limit}, low below high.",
        "ko": "low 값과 high 값은 −{limit} 이상 {limit} 이하의 수이고, low 값이 high 값보다 작아야 합니다.",
    },
}
