"""What a terminal can show, whatever its encoding."""

from __future__ import annotations

import codecs
import sys
import unicodedata

_PLAIN = {"–": "-", "—": "-", "−": "-", "×": "x", "·": "|", "±": "+/-", "→": "->", "≤": "<=", "≥": ">="}
_PLAIN |= {"β": "beta", "γ": "gamma", "σ": "sigma", "μ": "mu", "“": '"', "”": '"', "’": "'"}
_HANDLER = "latent-space-explorer.plain"


def show_any_text() -> None:
    """Lets standard output and error take every text: a letter that their encoding lacks, as a dash in cp949, becomes
    the ASCII that people write for it, else "?". Without it a print there is a UnicodeEncodeError.
    """
    codecs.register_error(_HANDLER, _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test's or a notebook's stand-in takes any text as it is
            stream.reconfigure(errors=_HANDLER)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(letter: str) -> str:
    if letter in _PLAIN:
        return _PLAIN[letter]
    decomposed = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return decomposed or ("" if unicodedata.combining(letter) else "?")
