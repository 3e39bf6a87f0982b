"""The core stands without the page, and what is slow to import is imported only where it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

BLOCKER = """
import importlib.abc, sys

class Blocker(importlib.abc.MetaPathFinder):
    names = {blocked!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ImportError(name + " is blocked")

sys.meta_path.insert(0, Blocker())
"""

# One after the other in one process, whose imports of torch would take longer than all the rest: what `import vae`
# loads, a training, every module of the core, and what ends in a page imports of it.
TRAIN = """
import importlib, json, pkgutil, sys, vae
loaded = sorted({name.partition(".")[0] for name in sys.modules})
from vae.cli.main import main
arguments = "train --dataset digits --width 4 --latent-dim 2 --steps 2 --out a.safetensors".split()
assert main(arguments) == 0
"""
CORE = """
Blocker.names = {"gradio", "plotly"}
names = [module.name for module in pkgutil.walk_packages(vae.__path__, "vae.", onerror=lambda name: None)
         if not module.name.startswith("vae.ui") and not module.name.endswith("__main__")]
for name in [*names, "vae.__main__"]:
    importlib.import_module(name)
print(json.dumps({"loaded": loaded, "names": names}), flush=True)
"""
PAGE = """
Blocker.names = {"gradio"}
import vae.ui, vae.ui.kit.endpoint, vae.ui.explore.payload, vae.ui.compare.payload, vae.ui.page.export
"""


@pytest.fixture
def python(root, tmp_path):
    """python(code, blocked) runs code in a fresh interpreter where the blocked packages cannot be imported."""

    def run(code: str, blocked: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", BLOCKER.format(blocked=blocked) + code]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)

    return run


@pytest.mark.parametrize("package", ["gradio", "plotly", "umap"])
def test_the_blocker_blocks(python, package):
    done = python(f"import {package}", (package,))
    assert done.returncode != 0
    assert f"{package} is blocked" in done.stderr


def test_the_core_and_the_page_import_what_they_need(python, root, tmp_path):
    """A training needs neither UMAP nor the page, and the core no page and no library of one; what ends in a page
    imports ui where there may be no Gradio, or no time for it; and `import vae` loads nothing that is slow but torch.
    """
    done = python(TRAIN + CORE + PAGE, ("gradio", "plotly", "umap", "numba", "torchvision"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.safetensors").is_file()
    found = json.loads(done.stdout.splitlines()[-1])
    files = [path.relative_to(root).with_suffix("") for path in (root / "vae").rglob("*.py")]
    names = {".".join(file.parts).removesuffix(".__init__") for file in files if file.parts[1] != "ui"}
    assert set(found["names"]) == names - {"vae", "vae.__main__"}
    assert "torch" in found["loaded"]
    assert not set(found["loaded"]) & {"gradio", "plotly", "umap", "numba", "torchvision", "sklearn"}
