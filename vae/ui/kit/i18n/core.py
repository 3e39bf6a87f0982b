"""Sentences that the core makes itself, in English: those that ordinary people meet, so that the page can say them in
its own language. `recognised` tells one by its words; a test holds them against the real messages.
"""

CORE: dict[str, dict[str, str]] = {
    # Images that are not here.
    "core.not_here": {
        "en": "{data}'s images are not here: `{command}` fetches them, or place {files} ({source}) into {folder}.",
        "ko": "{data} 이미지가 여기에 없습니다. `{command}` 명령으로 내려받거나, {files} 파일({source})을 {folder} "
        "폴더에 두십시오.",
    },
    "core.perhaps_fetched": {
        "en": "{data}'s pictures are not here: `{command}` tries to fetch them, which their host often refuses; else "
        "place {files} ({source}) into {folder}.",
        "ko": "{data} 그림이 여기에 없습니다. `{command}` 명령으로 내려받기를 시도할 수 있지만 배포처가 거부할 때가 "
        "많습니다. 그때는 {files} 파일({source})을 {folder} 폴더에 두십시오.",
    },
    "core.file_not_here": {
        "en": "{data} is not here: `{command}` fetches it, or place {files} ({source}) into {folder}.",
        "ko": "{data} 데이터가 여기에 없습니다. `{command}` 명령으로 내려받거나, {files} 파일({source})을 {folder} "
        "폴더에 두십시오.",
    },
    "core.gathered_gone": {
        "en": "The images {name} are not in {folder}: `{command}` with the pictures that they were made of brings them "
        "back.",
        "ko": "{name} 이미지가 {folder} 폴더에 없습니다. 원래 그림을 주고 `{command}` 명령을 실행하면 되돌아옵니다.",
    },
    "core.damaged": {
        "en": "{file} is damaged: `{command}` fetches it anew.",
        "ko": "{file} 파일이 손상되었습니다. `{command}` 명령으로 다시 내려받으십시오.",
    },
    "core.own_gone": {
        "en": "Your images are no longer in {folder}: bring them once more.",
        "ko": "내 이미지가 더 이상 {folder} 폴더에 없습니다. 다시 가져오십시오.",
    },
    # A visitor's own images.
    "core.not_zip": {
        "en": "{name} is not a zip file: pack the images into one.",
        "ko": "{name}은(는) zip 파일이 아닙니다. 이미지를 zip 파일 하나로 묶으십시오.",
    },
    "core.zip_damaged": {
        "en": "{name} is not a whole zip file ({why}): pack the images anew.",
        "ko": "{name}은(는) 온전한 zip 파일이 아닙니다({why}). 이미지를 다시 묶으십시오.",
    },
    "core.zip_large": {
        "en": "{name} has {mb} MB, and at most {limit} MB are taken: bring fewer or smaller images.",
        "ko": "{name}은(는) {mb} MB이며, {limit} MB까지만 받습니다. 이미지를 줄이거나 더 작은 것으로 가져오십시오.",
    },
    "core.unpacks": {
        "en": "{name} unpacks to more than {limit} MB: bring fewer or smaller images.",
        "ko": "{name}을(를) 풀면 {limit} MB가 넘습니다. 이미지를 줄이거나 더 작은 것으로 가져오십시오.",
    },
    "core.many_files": {
        "en": "{name} holds more than {n} files: bring the images alone.",
        "ko": "{name}에 파일이 {n}개 넘게 들어 있습니다. 이미지만 가져오십시오.",
    },
    "core.no_image_skipped": {
        "en": "{name} holds no readable image (skipped: {skipped}), and at least {least} are needed: bring more of "
        "them.",
        "ko": "{name}에 읽을 수 있는 이미지가 없습니다(제외: {skipped}). {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.no_image": {
        "en": "{name} holds no readable image, and at least {least} are needed: bring more of them.",
        "ko": "{name}에 읽을 수 있는 이미지가 없습니다. {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.one_image_skipped": {
        "en": "{name} holds 1 readable image (skipped: {skipped}), and at least {least} are needed: bring more of "
        "them.",
        "ko": "{name}에 읽을 수 있는 이미지가 한 장뿐입니다(제외: {skipped}). {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.one_image": {
        "en": "{name} holds 1 readable image, and at least {least} are needed: bring more of them.",
        "ko": "{name}에 읽을 수 있는 이미지가 한 장뿐입니다. {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.few_images_skipped": {
        "en": "{name} holds {n} readable images (skipped: {skipped}), and at least {least} are needed: bring more of "
        "them.",
        "ko": "{name}에 읽을 수 있는 이미지가 {n}장뿐입니다(제외: {skipped}). {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.few_images": {
        "en": "{name} holds {n} readable images, and at least {least} are needed: bring more of them.",
        "ko": "{name}에 읽을 수 있는 이미지가 {n}장뿐입니다. {least}장 이상 필요하니 더 가져오십시오.",
    },
    "core.images_unkept": {
        "en": "The images could not be kept: {why}",
        "ko": "이미지를 보관하지 못했습니다: {why}",
    },
    "core.small_set": {
        "en": "{name} has {n} {split} images, fewer than a batch of {size}.",
        "ko": "{name} 데이터의 이미지({split})가 {n}장으로 배치 {size}보다 적습니다.",
    },
    # How many were left out of them, and why: `_too_few` in vae/data/own/dataset.py.
    "core.skipped_archive": {"en": "{n} archive", "ko": "압축 파일 {n}개"},
    "core.skipped_compression": {"en": "{n} compression", "ko": "읽을 수 없는 압축 방식 {n}개"},
    "core.skipped_encrypted": {"en": "{n} encrypted", "ko": "암호가 걸린 것 {n}개"},
    "core.skipped_huge": {"en": "{n} huge", "ko": "너무 큰 것 {n}개"},
    "core.skipped_not_an_image": {"en": "{n} not an image", "ko": "이미지가 아닌 것 {n}개"},
    "core.skipped_outside": {"en": "{n} outside", "ko": "폴더 밖을 가리키는 것 {n}개"},
    "core.skipped_too_many": {"en": "{n} too many", "ko": "한도를 넘은 것 {n}개"},
    "core.skipped_unreadable": {"en": "{n} unreadable", "ko": "읽을 수 없는 것 {n}개"},
    # Checkpoints.
    "core.not_safetensors": {
        "en": "{file}: not a whole safetensors file, the only format that is read ({why}).",
        "ko": "{file}: 온전한 safetensors 파일이 아닙니다. 이 형식만 읽습니다({why}).",
    },
    "core.foreign": {
        "en": "{file}: a safetensors file, but without the header {header} of this program.",
        "ko": "{file}: safetensors 파일이지만 이 프로그램의 헤더 {header}이(가) 없습니다.",
    },
    "core.no_file": {"en": "{file}: there is no such file.", "ko": "{file}: 그런 파일이 없습니다."},
    "core.unwritten": {"en": "{file}: could not be written ({why}).", "ko": "{file}: 쓰지 못했습니다({why})."},
    "core.header_lacks": {
        "en": "{file}: {entry} is missing from the header.",
        "ko": "{file}: 헤더에 {entry} 항목이 없습니다.",
    },
    "core.lacks": {"en": "{file}: {entry} is missing.", "ko": "{file}: {entry} 항목이 없습니다."},
    "core.not_finite": {
        "en": "{file}: {entry} holds values that are not finite.",
        "ko": "{file}: {entry} 항목에 유한하지 않은 값이 있습니다.",
    },
    # Devices.
    "core.cpu_cores": {"en": "{n} CPU cores, {dtype}", "ko": "CPU 코어 {n}개, {dtype}"},
    "core.cpu_core": {"en": "1 CPU core, {dtype}", "ko": "CPU 코어 1개, {dtype}"},
}
