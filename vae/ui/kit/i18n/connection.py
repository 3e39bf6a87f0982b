"""What the page says about the server when it is gone, and when it is back."""

CONNECTION: dict[str, dict[str, str]] = {
    "connection.lost": {
        "en": "The server does not answer; this page goes on by itself as soon as it does.",
        "ko": "서버가 응답하지 않습니다. 다시 연결되면 이 페이지는 저절로 이어집니다.",
    },
    "connection.back": {
        "en": "The server is back.",
        "ko": "서버에 다시 연결되었습니다.",
    },
}
