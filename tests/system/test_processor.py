"""The processor's name: as Linux tells it, or as Python does where there is no Linux."""

import platform

from vae.system.processor import processor


def test_the_model_is_read_from_linux(tmp_path):
    path = tmp_path / "cpuinfo"
    path.write_text("processor\t: 0\nmodel name\t: AMD  EPYC 9R14\nmodel name\t: other\n")
    assert processor(path) == "AMD EPYC 9R14"


def test_elsewhere_python_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert processor(tmp_path / "none") == "arm64"
    (tmp_path / "cpuinfo").write_bytes(b"\xff\xfe: \nmodel name:   \n")
    assert processor(tmp_path / "cpuinfo") == "arm64"
