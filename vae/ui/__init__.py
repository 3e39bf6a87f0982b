"""The app: the only package that imports gradio. `build_demo` makes the page, `launch` serves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import torch
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from vae.system.limits import PICTURES, REQUESTS
from vae.system.temporary_folder import own_temporary_folder
from vae.ui.compare import tab as compare
from vae.ui.explore import tab as explore
from vae.ui.header import tab as header
from vae.ui.kit.i18n import say
from vae.ui.kit.part import UI, script
from vae.ui.learn import tab as learn
from vae.ui.models.shared import Shared
from vae.ui.server import api
from vae.ui.server.guard import Guard
from vae.ui.train import tab as train

__all__ = ["TABS", "Shared", "Tab", "build_demo", "launch"]

FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Apple SD Gothic Neo", "Malgun Gothic"]
FONT += ["Noto Sans KR", "Noto Sans CJK KR", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


@dataclass(frozen=True)
class Tab:
    """One tab: `key` is its id and the string `tab.<key>` its title; `build` draws it."""

    key: str
    build: Callable[[Shared], None]


TABS = (
    Tab("explore", explore.build),
    Tab("compare", compare.build),
    Tab("train", train.build),
    Tab("learn", learn.build),
)


def build_demo(shared: Shared, tabs: Sequence[Tab] = TABS) -> gr.Blocks:
    """The whole page: the header and the tabs."""
    # A decode of one picture is quicker on one thread, and several users' decodes do not fight over the cores.
    torch.set_num_threads(1)
    own_temporary_folder()
    gr.set_static_paths([script("en").parent])
    look = {"title": say("common.title"), "analytics_enabled": False, "fill_width": True}
    with gr.Blocks(**look, delete_cache=api.KEEP_FILES) as demo:
        header.build(shared.catalog)
        with gr.Tabs():
            for tab in tabs:
                with gr.Tab(say(f"tab.{tab.key}"), id=tab.key):
                    tab.build(shared)
        api.expose(shared.catalog)
    return demo.queue(api_open=False)  # nobody's call passes the queue by


def launch(demo: gr.Blocks, **options: Any) -> tuple[Any, str, str]:
    """`demo.launch` with this project's look; nothing is loaded from another machine."""
    return demo.launch(
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=FONT, font_mono=MONO),
        css_paths=UI / "kit" / "style.css",
        footer_links=[],
        run_history=False,
        quiet=True,
        max_file_size=PICTURES.most_bytes,
        state_session_capacity=REQUESTS.most_sessions,
        app_kwargs={"middleware": [Middleware(Guard, sent=get_upload_folder())]},
        **options,
    )
