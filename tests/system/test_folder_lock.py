"""A folder of runs belongs to one app, for as long as that lives."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from vae.data import default_root
from vae.live.run import RunError
from vae.live.runs import Runs
from vae.system import folder_lock
from vae.system.folder_lock import FolderLock

ROOT = Path(__file__).resolve().parents[2]
# Another process; its `vae` is but the folder, for the package itself imports torch, a second of work.
HOLDS = """
import sys, time, types
sys.modules["vae"] = types.ModuleType("vae")
sys.modules["vae"].__path__ = ["vae"]
from vae.system.folder_lock import FolderLock
FolderLock(sys.argv[1])
print(1, flush=True)
"""


def test_two_apps_do_not_share_a_folder_of_runs(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", f"{HOLDS}time.sleep(60)", str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout.readline()
        with pytest.raises(RunError) as caught:
            Runs(tmp_path, default_root())
        assert str(caught.value).startswith(f"Another app uses the runs in {tmp_path}: ")
        other.kill()
    Runs(tmp_path, default_root()).close()  # it died, and its lock with it


def test_one_app_may_hold_a_folder_twice_and_lets_it_go(tmp_path):
    first, second = FolderLock(tmp_path), FolderLock(tmp_path / ".")
    first.release()
    first.release()

    def taken():
        done = subprocess.run([sys.executable, "-c", HOLDS, str(tmp_path)], capture_output=True, cwd=ROOT, text=True)
        return "FolderTaken" in done.stderr

    assert taken()
    second.release()
    assert not taken()


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "No locks available"), OSError(errno.EROFS, "Read-only")])
def test_where_there_are_no_locks_an_app_still_starts(tmp_path, monkeypatch, caplog, error):
    def refuse(file):
        raise error

    monkeypatch.setattr(folder_lock, "_lock", refuse)
    lock = FolderLock(tmp_path)
    assert "cannot be locked" in caplog.text
    lock.release()
    blocked = tmp_path / "file"
    blocked.write_text("")
    Runs(blocked / "runs", default_root()).close()
