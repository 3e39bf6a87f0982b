"""Where files go on a machine without a home, or with one that cannot be written."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from vae.data.cache import cache_dirs, first_writable
from vae.latent import projection
from vae.system import numba_cache, paths
from vae.ui.models.shared import Shared


@pytest.fixture
def homeless(monkeypatch):
    """A container's user without a name: `docker run -u 12345`."""

    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(paths.Path, "home", home)
    for name in ("HOME", "XDG_CACHE_HOME", "LATENT_EXPLORER_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def read_only(monkeypatch):
    """read_only(folder, …): nothing can be written there, not even by root."""
    true_access = os.access

    def close(*folders):
        def access(path, mode, **options):
            shut = any(Path(path).absolute().is_relative_to(folder) for folder in folders)
            return not (shut and mode & os.W_OK) and true_access(path, mode, **options)

        monkeypatch.setattr(os, "access", access)

    return close


def test_without_a_home_the_cache_is_a_temporary_folder(homeless):
    assert paths.user_cache() == paths.default_root() == paths.temporary_cache()
    assert paths.temporary_cache().parent == Path(tempfile.gettempdir())


def test_libraries_get_a_home_where_there_is_none(homeless, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    paths.stand_in_home()
    assert os.environ["HOME"] == str(paths.temporary_cache()) and paths.temporary_cache().is_dir()


def test_a_home_that_is_there_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    paths.stand_in_home()
    assert os.environ["HOME"] == str(tmp_path)


def test_a_home_that_cannot_be_written_gives_way_unless_a_cache_is_there(tmp_path, monkeypatch, read_only):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LATENT_EXPLORER_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = tmp_path / ".cache" / "latent-space-explorer"
    assert paths.user_cache() == cache
    read_only(tmp_path)
    assert paths.user_cache() == paths.temporary_cache()
    cache.mkdir(parents=True)  # what an image brings along is read
    assert paths.user_cache() == cache
    assert cache_dirs(cache, "own")[-1] == paths.temporary_cache() / "own"


def test_a_folder_is_writable_where_it_could_be_made(tmp_path, read_only):
    (tmp_path / "file").touch()
    assert paths.writable(tmp_path / "a" / "b")
    assert not paths.writable(tmp_path / "file") and not paths.writable(tmp_path / "file" / "below")
    read_only(tmp_path)
    assert not paths.writable(tmp_path / "a" / "b")


def test_copies_go_to_the_last_place_that_is_left(tmp_path):
    (tmp_path / "file").touch()
    assert first_writable((tmp_path / "file" / "a", tmp_path / "b")) == tmp_path / "b"


def test_runs_lie_where_they_can_be_written(tmp_path, homeless, read_only):
    def runs(*given):
        shared = Shared.of(tmp_path, tmp_path, *given)
        shared.training.close()
        return shared.runs

    assert runs() == paths.PROJECT / "runs"
    read_only(paths.PROJECT)
    assert runs() == paths.temporary_cache() / "runs"
    assert runs(tmp_path / "mine") == tmp_path / "mine"


def test_numba_writes_where_it_may(tmp_path, monkeypatch, read_only):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (package,) = {Path(numba_cache.find_spec(name).origin).parent.parent for name in ("umap", "pynndescent")}
    read_only(package)
    numba_cache.choose_numba_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "latent-space-explorer" / "numba")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "chosen")
    numba_cache.choose_numba_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "chosen"


def test_umap_asks_for_it_before_it_is_imported(monkeypatch):
    class Asked(Exception):
        pass

    def asked():
        raise Asked

    monkeypatch.setattr(projection, "choose_numba_cache", asked)
    with pytest.raises(Asked):
        projection.umap(np.zeros((20, 3)))


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no such rights")
@pytest.mark.parametrize("how", ["a link", "open to all"])
def test_a_cache_that_somebody_else_could_write_to_is_not_used(tmp_path, monkeypatch, how):
    """What lies in it is trusted, down to what numba has compiled."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    usual = paths.temporary_cache()
    assert usual == paths.temporary_cache() and not usual.exists()
    if how == "a link":
        (tmp_path / "theirs").mkdir()
        usual.symlink_to(tmp_path / "theirs")
    else:
        usual.mkdir()
        usual.chmod(0o777)
    other = paths.temporary_cache()
    assert other != usual and other == paths.temporary_cache() and other.stat().st_mode & 0o777 == 0o700
