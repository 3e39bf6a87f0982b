"""Names that come with the data: titles of data sets, factors, their values, and classes.

A key is ``name.`` and the English name as the data has it. The page says a name that does not stand here as it is: a
checkpoint may bring any, and some, as MNIST or x, are the same in every language.
"""

_KOREAN = {
    # Titles of data sets.
    "Room": "방",
    "Sprites": "스프라이트",
    "Digits 8×8 (scikit-learn)": "숫자 8×8(scikit-learn)",
    "MNIST resized to 32×32": "32×32로 키운 MNIST",
    "Your images": "내 이미지",
    # Factors.
    "floor colour": "바닥 색",
    "wall colour": "벽 색",
    "object colour": "물체 색",
    "scale": "크기",
    "shape": "모양",
    "azimuth": "방위각",
    "orientation": "방향",
    "class": "클래스",
    # Their values.
    "1 navy": "1 남색",
    "10 ice": "10 얼음색",
    "1 teal": "1 청록색",
    "10 cream": "10 크림색",
    "1 berry": "1 자주색",
    "10 gold": "10 금색",
    "cube": "정육면체",
    "cylinder": "원기둥",
    "sphere": "구",
    "capsule": "캡슐",
    "square": "정사각형",
    "ellipse": "타원",
    "heart": "하트",
    # Classes.
    "T-shirt": "티셔츠",
    "trousers": "바지",
    "pullover": "풀오버",
    "dress": "원피스",
    "coat": "코트",
    "sandal": "샌들",
    "shirt": "셔츠",
    "sneaker": "운동화",
    "bag": "가방",
    "ankle boot": "앵클부츠",
}

NAMES: dict[str, dict[str, str]] = {
    f"name.{english}": {"en": english, "ko": korean} for english, korean in _KOREAN.items()
}
