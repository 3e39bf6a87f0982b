"""The names in a zip, whose encoding older programs leave unsaid: Windows writes those of its own language.

A zip says of each name that it is UTF-8, or nothing. Where nothing is said the names of the whole zip are decoded in
each encoding in question, and the one is taken whose letters are most like what people write: common syllables, kana
and characters count for it, rare ones and signs against it.
"""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from functools import cache

_UTF8 = 0x800  # the flag of a name in UTF-8
_UNICODE_PATH = 0x7075  # the extra field that holds it beside a name in another encoding (Info-ZIP)

# The most frequent syllables of Korean, and those of words that folders of pictures are called by.
_HANGUL = (
    "이다는을의에가고하지은로도한사기리서나어자대인그정아시라일수해과제보들구부스전여모주상동원장으공성비조게만유"
    "신소안물경까지적무관오거면마방생내회선우용현문화발선연습검증훈련시험테트진그림미지강양개새말소곰닭돼호랑"
    "여우꽃나무차람얼굴집풍경음식숫자손글씨데터폴더복본원래결과예파운드로닝런터류분할왼오른쪽위아래왕님행번"
    "째노란빨파초록검은흰색딸바과포도수박밥김치찌개불국빵커피맥술책상의자컴퓨핸폰안경신발옷바지셔츠모자가방"
    "고래상어거북이토끼쥐뱀용원숭햄스코끼린얼룩염늑표범물병냉장청세탁텔레비전학교봄여름을겨울산바다강하늘별달해"
)
# The most frequent simplified characters, and those of such words.
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所"
    "然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与"
    "长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己"
    "制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系"
    "气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社"
    "便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉"
    "图片照猫狗鸟鱼花草树车船飞脸房屋风景食物字写训练测试验证集标签文件夹新建据模型结果副本左右红黄蓝绿黑白紫苹香"
    "蕉橙葡萄西瓜牛羊猪鸡鸭鹅虎狮豹熊兔鼠蛇龙猴像机器鞋衣裤帽包杯瓶桌椅床灯桥楼城市街雨雪云星春夏秋冬男老师生"
)
# The same in traditional characters.
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所"
    "然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與"
    "長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己"
    "制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系"
    "氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社"
    "圖片照貓狗鳥魚花草樹車船飛臉房屋風景食物字寫訓練測試驗證集標籤檔案資料夾新增模型結果副本左右紅黃藍綠黑白紫蘋"
    "蕉橙葡萄西瓜牛羊豬雞鴨鵝虎獅豹熊兔鼠蛇龍猴像機器鞋衣褲帽包杯瓶桌椅床燈橋樓城市街雨雪雲星春夏秋冬男老師生功蓋"
)
_KANJI = (
    "日一国人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半"
    "男西電校語土木聞食車何南万毎白天母火右読友左休父雨写真画像犬猫鳥馬魚花草木虫牛豚羊猿熊象虎兎鼠蛇顔手書文字数"
    "訓練検証試験新規分類結果模様風景料理果物野菜自動船飛機建物部屋机椅子靴服帽赤青黄緑黒茶色元原元表示能予定申"
    "会社事者分業場員立開力問代明動京目通言田主題意不作用度強公持野以思家世多正安院心界教文重近考着思質運送終始"
)
# A candidate's encoding -> its common letters. Those with one first byte in common are told apart by them alone.
_LETTERS = {"utf-8": "", "cp949": _HANGUL, "cp932": _KANJI, "gbk": _SIMPLIFIED, "cp950": _TRADITIONAL, "cp437": ""}
_CORE = {  # the part of each encoding that holds the letters in use, by first and second byte
    "cp949": (0xB0, 0xC8, 0xA1),
    "cp932": (0x88, 0x9F, 0x40),
    "gbk": (0xB0, 0xD7, 0xA1),
    "cp950": (0xA4, 0xC6, 0x40),
}
_WEIGHTS = {"common": 4.0, "kana": 4.0, "core": 0.5, "latin": 2.0, "rare": -3.0, "sign": -2.0}


def readable_names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names of a zip's members as they were meant, with "/" between folders; 0x5C, which may be the second byte of
    a letter, is a backslash only once the name is decoded.
    """
    unsaid = [None if info.flag_bits & _UTF8 else _written(info) for info in infos]
    encoding = encoding_of(name for name in unsaid if name is not None)
    names = []
    for info, raw in zip(infos, unsaid, strict=True):
        given = _unicode_path(info, raw)
        names.append(info.filename if raw is None else given or raw.decode(encoding, "replace"))
    return names


def encoding_of(names: Iterable[bytes]) -> str:
    """The encoding of names that belong together: "utf-8" where all are (as macOS writes them), else the likeliest.

    Of two bytes a letter may be UTF-8 by chance: the Chinese for picture, in GBK, is.
    """
    parts = {part for name in names for part in name.split(b"/") if not part.isascii()}
    texts = [_decoded(part, "utf-8") for part in parts]
    if None not in texts and any(letter > "\u07ff" for text in texts for letter in text):
        return "utf-8"
    scores = {encoding: _likeness(parts, encoding) for encoding in _LETTERS}
    return max(scores, key=scores.__getitem__)  # the first of equal ones


def _written(info: zipfile.ZipInfo) -> bytes:
    """A name's bytes as they stand in the zip. `filename` will not do: on Windows it has lost its backslashes."""
    return info.orig_filename.partition("\0")[0].encode("cp437")


def _unicode_path(info: zipfile.ZipInfo, raw: bytes | None) -> str | None:
    """The name in Unicode that some programs add, where it belongs to the name that is there."""
    rest = info.extra if raw is not None else b""
    while len(rest) >= 4:
        kind, length = struct.unpack("<HH", rest[:4])
        field, rest = rest[4 : 4 + length], rest[4 + length :]
        if kind == _UNICODE_PATH and field[:1] == b"\x01" and field[1:5] == struct.pack("<L", zlib.crc32(raw)):
            return _decoded(field[5:], "utf-8")
    return None


def _decoded(name: bytes, encoding: str) -> str | None:
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likeness(parts: Iterable[bytes], encoding: str) -> float:
    """How much names look like ones that people write, the letters that are no ASCII counted up."""
    total = 0.0
    for part in parts:
        text = _decoded(part, encoding)
        if text is None:
            total -= 10.0
            continue
        total += sum(
            _WEIGHTS[_kind(text, place, encoding)] for place, letter in enumerate(text) if not letter.isascii()
        )
    return total


@cache
def _common(encoding: str) -> frozenset[str]:
    return frozenset(_LETTERS[encoding])


def _kind(text: str, place: int, encoding: str) -> str:
    """Which of `_WEIGHTS` a letter has."""
    letter = text[place]
    if letter in _common(encoding):
        return "common"
    if "\u3041" <= letter <= "\u30fe" and encoding == "cp932":
        return "kana"
    beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    within = any(other.isalpha() and other.isascii() for other in beside)  # a word, as "café"
    if encoding == "utf-8":
        return "sign" if not letter.isalpha() else "common" if within else "latin"
    if encoding == "cp437":
        return "latin" if within and letter.isalpha() and "LATIN" in unicodedata.name(letter, "") else "sign"
    code = letter.encode(encoding)
    first, last, second = _CORE[encoding]
    if len(code) == 2 and first <= code[0] <= last and code[1] >= second:
        return "core"
    return "rare" if letter.isalpha() else "sign"
