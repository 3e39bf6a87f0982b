"""Node.js, which runs the page's modules outside of a browser."""

import json
import os
import subprocess

import pytest

from vae.ui.kit.part import made_modules


@pytest.fixture(scope="session")
def node(need, root, tmp_path_factory):
    """node(*arguments) -> what Node.js has written, its modules those of the page in English."""
    need(*at_hand())
    made = tmp_path_factory.mktemp("made") / "modules.json"
    made.write_text(json.dumps(made_modules("en")), encoding="utf-8")

    def run(*arguments, cwd=root):
        command = ["node", "--import", (root / "tests/ui/made_modules.js").as_uri(), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=cwd, env=os.environ | {"MADE_MODULES": str(made)}, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def at_hand():
    """Is Node.js there in a version that has hooks and timers for tests, and what is to be said if not?"""
    try:
        version = subprocess.check_output(["node", "--version"], text=True).strip()
    except OSError:
        return False, "no Node.js"
    return tuple(map(int, version[1:].split(".")[:2])) >= (20, 11), f"Node.js {version} is too old: 20.11 is needed"
