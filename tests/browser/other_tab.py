"""A tab of somebody else's."""

import gradio as gr


def build(shared):
    gr.Markdown("Nothing here.")
