"""The app: `build_demo` makes the page, `launch` serves it. Gradio is imported when either is called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from vae.ui.kit.constants import FONT
from vae.ui.models.shared import Shared

if TYPE_CHECKING:
    import gradio as gr

__all__ = ["TABS", "Shared", "Tab", "build_demo", "launch"]

MOST_THREADS = 100  # for server functions: heavy ones take a few of them at most, see `vae.ui.server.admission`
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


@dataclass(frozen=True)
class Tab:
    """One tab: `key` is its id and the string `tab.<key>` its title; the `build(shared)` of `module` draws it."""

    key: str
    module: str

    def build(self, shared: Shared) -> None:
        import_module(self.module).build(shared)


TABS = (
    Tab("explore", "vae.ui.explore.tab"),
    Tab("compare", "vae.ui.compare.tab"),
    Tab("train", "vae.ui.train.tab"),
    Tab("learn", "vae.ui.learn.tab"),
)


def build_demo(shared: Shared, tabs: Sequence[Tab] = TABS) -> gr.Blocks:
    """The whole page: the header and the tabs."""
    from vae.system.paths import stand_in_home
    from vae.system.temporary_folder import own_temporary_folder

    stand_in_home()
    own_temporary_folder()
    import gradio as gr
    import narwhals.stable  # noqa: F401  of Plotly and scikit-learn: two threads that import it at once fail
    import torch

    from vae.ui.header.tab import build as build_header
    from vae.ui.kit.i18n import say
    from vae.ui.kit.part import script
    from vae.ui.page.saving import page_endpoint
    from vae.ui.server import api
    from vae.ui.server.admission import Admission
    from vae.ui.server.client_address import proxy_of

    # A decode of one picture is quicker on one thread, and several users' decodes do not fight over the cores.
    torch.set_num_threads(1)
    gr.set_static_paths([script("en").parent])
    look = {"title": say("common.title"), "analytics_enabled": False, "fill_width": True}
    with gr.Blocks(**look, delete_cache=api.KEEP_FILES) as demo:
        build_header(shared.catalog, [page_endpoint(shared.catalog)])
        with gr.Tabs():
            for tab in tabs:
                with gr.Tab(say(f"tab.{tab.key}"), id=tab.key):
                    tab.build(shared)
        demo.admission = Admission(proxy=proxy_of(os.environ))
        api.expose(shared.catalog, demo.admission)
    return demo.queue(api_open=False)  # nobody's call passes the queue by


def launch(demo: gr.Blocks, allow_hosts: Sequence[str] = (), **options: Any) -> tuple[Any, str, str]:
    """`demo.launch` with this project's look; nothing is loaded from another machine.

    Args:
        allow_hosts: names that it answers to besides this machine's, "*" for any; see `vae.ui.server.hosts`.
        options: of `demo.launch`.
    """
    import gradio as gr
    from gradio.utils import get_upload_folder
    from starlette.middleware import Middleware

    from vae.system.limits import PICTURES, REQUESTS
    from vae.system.open_files import raise_limit
    from vae.ui.kit.bundle import style_sheets
    from vae.ui.server.client_address import proxy_of
    from vae.ui.server.guard import Guard
    from vae.ui.server.heads import bound_heads
    from vae.ui.server.hosts import hosts_of
    from vae.ui.server.repeated_lines import bound_logs
    from vae.ui.server.uploads import Uploads

    raise_limit()
    bound_logs()
    # Else uvicorn believes what a program of this machine forwards, and takes it for the peer.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")
    front = proxy_of(os.environ)
    hosts = hosts_of(options.get("server_name"), ("*",) if options.get("share") else allow_hosts, os.environ, front)
    sent = get_upload_folder()
    goes_on = options.pop("prevent_thread_lock", False)
    served = demo.launch(
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=FONT, font_mono=MONO),
        css_paths=style_sheets(),
        footer_links=[],
        run_history=False,
        quiet=True,
        max_file_size=PICTURES.most_bytes,
        state_session_capacity=REQUESTS.most_sessions,
        max_threads=MOST_THREADS,
        app_kwargs={
            "middleware": [
                Middleware(Guard, sent=sent, hosts=hosts, admission=demo.admission, demo=demo),
                Middleware(Uploads, sent=sent),
            ]
        },
        prevent_thread_lock=True,
        **options,
    )
    bound_heads(demo.server)
    if not goes_on:
        demo.block_thread()
    return served
