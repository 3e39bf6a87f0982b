"""What a client is told whose request is no page's: one sentence each."""

REQUESTS: dict[str, dict[str, str]] = {
    "request.unknown": {
        "en": "There is nothing at this address.",
        "ko": "이 주소에는 아무것도 없습니다.",
    },
    "request.malformed": {
        "en": "This request cannot be read: send what the page would send.",
        "ko": "요청을 읽을 수 없습니다. 페이지가 보내는 형식으로 보내 주세요.",
    },
    "request.too_large": {
        "en": "At most {limit} MB are taken at a time: send less.",
        "ko": "한 번에 최대 {limit} MB까지 받습니다. 더 작게 나누어 보내 주세요.",
    },
    "request.too_many": {
        "en": "A request holds at most {limit} values: send fewer.",
        "ko": "요청에는 최대 {limit}개의 값을 담을 수 있습니다. 더 적게 보내 주세요.",
    },
    "request.busy": {
        "en": "The server has its hands full: try again in a moment.",
        "ko": "서버가 지금 바쁩니다. 잠시 후 다시 시도해 주세요.",
    },
    "request.slow": {
        "en": "The request came too slowly: send it again over a quicker connection.",
        "ko": "요청이 너무 느리게 도착했습니다. 더 빠른 연결에서 다시 보내 주세요.",
    },
    "request.disk": {
        "en": "There is no room for this file on the server: try again later, or ask whoever runs it.",
        "ko": "서버에 이 파일을 저장할 공간이 없습니다. 나중에 다시 시도하거나 운영자에게 문의해 주세요.",
    },
}
