"""`python -m vae evaluate`: measure a checkpoint on its test images."""

from __future__ import annotations

import argparse
import json
import sys
import time
from argparse import Namespace

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError
from vae.checkpoints.export import record_metrics
from vae.cli.options import add_command, add_data_folder, add_json, data_folder, expect_version
from vae.cli.report import Stages, summary
from vae.data import load
from vae.evaluation.evaluate import evaluate


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "evaluate", "Measure a checkpoint on its test images.", run)
    command.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")
    command.add_argument("--write", action="store_true", help="record the figures in the file; else nothing is written")
    add_json(command, "print one JSON object")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    model = checkpoint.load(arguments.file)
    if model.draws is not None:
        raise CheckpointError("checkpoint.no_images", file=model.path)
    expect_version(model)
    test = load(model.config.dataset, "test", data_folder(arguments))
    began = time.monotonic()
    with Stages() as stages:
        metrics = evaluate(model.network, test, stages, None if model.imported else model.header["seed"])
    print(f"measured on {len(test):,} images in {time.monotonic() - began:.0f} s", file=sys.stderr)
    if arguments.write:
        record_metrics(model.path, metrics)
    print(json.dumps(metrics) if arguments.json else summary(metrics))
