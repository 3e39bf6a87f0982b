"""What the page is held against: an empty Blocks page, or the same decode through gr.Slider and gr.Image.

python tests/bench/rival.py PORT [CHECKPOINT]
"""

import sys

import gradio as gr
import numpy as np
import torch

import vae
from vae.images import to_uint8

torch.set_num_threads(1)
with gr.Blocks(analytics_enabled=False) as demo:
    if len(sys.argv) > 2:
        model = vae.load(sys.argv[2])

        def decode(value: float) -> np.ndarray:
            z = model.mu[:1].copy()
            z[0, 0] = value
            return np.ascontiguousarray(to_uint8(model.decode(z))[0].permute(1, 2, 0).numpy())

        slider = gr.Slider(-3, 3, 0, step=0.01, elem_id="slider")
        picture = gr.Image(elem_id="picture", format="webp", height=180)
        slider.input(decode, slider, picture, show_progress="hidden", trigger_mode="always_last")
demo.launch(server_port=int(sys.argv[1]), run_history=False, quiet=True)
