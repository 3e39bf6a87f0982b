"""What other programs may ask of the running app: named endpoints for gradio_client and, with --mcp, tools.

Their docstrings are what those programs are shown: the first lines, and one line for each argument.
"""

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch
from anyio import to_thread
from gradio.context import LocalContext
from gradio.utils import get_upload_folder
from torch import Tensor

from vae.checkpoints.checkpoint import Entry, in_force
from vae.data.own.archive import Unusable
from vae.data.own.decode import fit_file
from vae.evaluation.header_figures import number
from vae.images import tile
from vae.latent.traversal import interpolate as line
from vae.latent.traversal import traverse as walk
from vae.system.confined import Exceeded, confined
from vae.system.limits import PICTURES, REQUESTS
from vae.training.objectives import OBJECTIVES
from vae.ui.kit.endpoint import is_finite, is_whole
from vae.ui.kit.i18n import UserError, say
from vae.ui.kit.pictures import encoded
from vae.ui.kit.work import QUICK, Work, client_left
from vae.ui.models.arguments import count_of, dims_of, row_of, z_of
from vae.ui.models.catalog import Catalog, figures_of
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.server.admission import Admission
from vae.ui.server.http_errors import Refused
from vae.ui.server.upload_quota import ANSWERS, Answers

FILE_SECONDS = 0.04  # to write a picture: so much that no call of a program is quick, and a slider in the page is first
KEEP_FILES = (600, int(REQUESTS.sent_age))  # seconds between two cleanings of sent and answered files, and their age
NO_IMAGE = ""  # not None, which Python 3.10 takes into the type, and then no tool is told that a file goes here
NO_INDEX = -1

log = logging.getLogger(__name__)


def expose(catalog: Catalog, admission: Admission) -> None:
    """Adds the endpoints to the page that is being built; everything else in it is private.

    Gradio's queue begins on all of them at once; in which order they work is decided by `admission`.
    """
    for function, cost in functions(catalog).items():
        answer = answering(function, cost, admission)
        gr.api(answer, api_name=function.__name__, concurrency_limit=None, concurrency_id="api")


def answering(function: Callable[..., Any], cost: Callable[..., Work], admission: Admission) -> Callable[..., Any]:
    """A function that waits for its turn, and whose errors are one sentence for the caller; what nobody foresaw goes
    into the log.

    Args:
        cost: of an answer, by the same arguments, of which nothing has been checked.
    """

    @functools.wraps(function)
    async def answer(*arguments: Any) -> Any:
        request = LocalContext.request.get()
        try:
            client = admission.client(request.request.scope, request.session_hash)
            async with admission.turn(client, cost(*arguments)):
                return await to_thread.run_sync(function, *arguments)
        except Refused as refused:
            raise gr.Error(str(refused.sentence), print_exception=False) from refused
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            log.exception("%s failed", function.__name__)
            raise gr.Error(say("error.internal"), print_exception=False) from error

    return answer


def functions(catalog: Catalog) -> dict[Callable[..., Any], Callable[..., Work]]:
    """The endpoints, each of one model by name, and what they cost; arguments are checked here, for none is before."""
    answers = Answers(Path(get_upload_folder()) / ANSWERS)

    def answered(pixels: Tensor, name: str) -> gr.FileData:
        """A picture (C, H, W) uint8 as a file."""
        content = encoded(pixels.numpy())
        path = answers.keep(f"{name}.png", content)
        return gr.FileData(path=str(path), orig_name=path.name, mime_type="image/png", size=len(content))

    def checkpoints() -> list[dict]:
        """List the trained variational autoencoders that can be asked, with what each reaches on its test images.

        Returns:
            One object per model: name, dataset, shape of its images, latents (how many), objective, beta, metrics
        """
        return [described(entry) for entry in catalog.usable()]

    def encode(model: str, image: gr.FileData = NO_IMAGE, index: int = NO_INDEX) -> dict:
        """Encode one image: the posterior N(mu, exp(logvar)) over the latents. A picture of any size is cropped to its
        middle square, resized, and made grey where the model takes grey ones.

        Args:
            model: name of a model, as listed by checkpoints
            image: a picture file, to a tool as data:image/png;base64,…; leave it out to use a test image
            index: number of a test image on the model's map, whose stored code is returned, in place of a picture

        Returns:
            An object with mu and logvar, a list of one number per latent each
        """
        opened = catalog.open(model)
        if is_absent(image) == (index in (None, NO_INDEX)):
            raise UserError("api.one_of")
        if is_absent(image):
            row = row_of(opened, index)
            return {"mu": opened.model.mu[row].tolist(), "logvar": opened.model.logvar[row].tolist()}
        mu, logvar = opened.encode(picture_of(opened, image)[None])
        return {"mu": mu[0].tolist(), "logvar": logvar[0].tolist()}

    def decode(model: str, z: list[float]) -> gr.FileData:
        """Decode one point of the latent space to a picture.

        Args:
            model: name of a model, as listed by checkpoints
            z: one number per latent; the prior of each is N(0, 1)

        Returns:
            A PNG of the model's own size
        """
        opened = catalog.open(model)
        return answered(opened.decode([z_of(opened, z)])[0], "decoded")

    def traverse(
        model: str, z: list[float], dims: list[int], low: float = -3.0, high: float = 3.0, steps: int = 9
    ) -> gr.FileData:
        """Show what single latents do: for each a row of pictures in which it runs from low to high, while all others
        stay as in z.

        Args:
            model: name of a model, as listed by checkpoints
            z: one number per latent, where to start
            dims: the latents to move, counted from 0, a row each
            low: first value of the latent that moves
            high: last value of the latent that moves
            steps: pictures in a row

        Returns:
            One PNG, tiled without gaps
        """
        opened = catalog.open(model)
        z, dims = z_of(opened, z), dims_of(opened, dims)
        if not (is_finite(low, REQUESTS.most_latent) and is_finite(high, REQUESTS.most_latent) and low < high):
            raise UserError("api.range", limit=int(REQUESTS.most_latent))
        values = torch.linspace(low, high, steps_of(steps, len(dims)))
        codes = walk(torch.tensor(z), dims, values).flatten(0, 1)
        return answered(tile(opened.decode(codes), len(values)), "traversal")

    def interpolate(model: str, a: list[float], b: list[float], steps: int = 9) -> gr.FileData:
        """Decode points at equal distances on the straight line between two codes, both ends included.

        Args:
            model: name of a model, as listed by checkpoints
            a: one number per latent, where the line begins
            b: one number per latent, where it ends
            steps: pictures in the row

        Returns:
            One PNG, a row of tiles without gaps
        """
        opened = catalog.open(model)
        a, b = (torch.tensor(z_of(opened, end)) for end in (a, b))
        codes = line(a, b, steps_of(steps))
        return answered(tile(opened.decode(codes), len(codes)), "interpolation")

    def evaluate(model: str) -> dict:
        """Tell what a model reached on its test images, as recorded after its training; nothing is measured anew.
        neg_elbo = distortion + rate, in nats per image, of which floor is the same for every model of the data.
        Disentanglement scores, such as mig_sampled, are null where no factors are known.

        Args:
            model: name of a model, as listed by checkpoints

        Returns:
            An object of metrics
        """
        return plain(catalog.entry(model).header["metrics"])

    def pictures(count: Callable[..., int]) -> Callable[..., Work]:
        """The cost of so many decoded pictures and of a file for them."""
        return lambda model, *arguments: catalog.decoding(model, count(*arguments)) + Work(seconds=FILE_SECONDS)

    def rows(z: Any, dims: Any, low: Any = 0, high: Any = 0, steps: Any = 9) -> int:
        return count_of(dims) * _bounded(steps)

    return {
        checkpoints: lambda: QUICK,
        encode: pictures(lambda *_: 2),
        decode: pictures(lambda *_: 1),
        traverse: pictures(rows),
        interpolate: pictures(lambda a, b, steps=9: _bounded(steps)),
        evaluate: lambda model: QUICK,
    }


def _bounded(steps: Any) -> int:
    """Pictures in a row, of which nothing has been checked."""
    return min(steps, REQUESTS.most_steps) if is_whole(steps) and steps > 0 else 0


def described(entry: Entry) -> dict[str, Any]:
    """A model as `checkpoints` lists it; beta is the one in force at the end, null where the loss has none."""
    config = in_force(entry.header)
    objective = OBJECTIVES.get(config.objective.name)
    return {
        "name": entry.name,
        "dataset": config.dataset,
        "shape": list(config.model.shape),
        "latents": config.model.latent_dim,
        "objective": config.objective.name,
        "beta": objective and objective.beta(config.objective),
        "metrics": figures_of(entry.header),
    }


def plain(value: Any) -> Any:
    """Figures as JSON knows them: a foreign file's NaN becomes null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return number(value) if isinstance(value, float) else value


def steps_of(steps: Any, rows: int = 1) -> int:
    """How many pictures a row has, 2 at least."""
    if not is_whole(steps) or not 2 <= steps <= REQUESTS.most_steps:
        raise UserError("api.steps", most=REQUESTS.most_steps)
    if steps * rows > REQUESTS.most_pictures:
        raise UserError("api.most", most=REQUESTS.most_pictures)
    return steps


def is_absent(image: Any) -> bool:
    return image is None or image == NO_IMAGE


def picture_of(opened: LoadedModel, image: Any) -> np.ndarray:
    """An uploaded picture as the model takes it, uint8 (C, H, W); it is read in a process of its own."""
    shape, path = opened.model.config.model.shape, uploaded(image)
    if shape[1] != shape[2]:
        raise UserError("api.not_square", width=shape[2], height=shape[1])
    try:
        return confined(
            fit_file,
            path,
            shape,
            PICTURES,
            seconds=PICTURES.most_seconds_of_image,
            memory=PICTURES.most_memory_of_image,
            abandoned=client_left,
        )
    except OSError as error:  # cleaned away meanwhile
        raise UserError("api.not_uploaded") from error
    except Unusable as error:
        most = {"megapixels": PICTURES.most_pixels // 10**6, "megabytes": PICTURES.most_bytes // 10**6}
        raise UserError(f"api.{error.reason}", name=path.name, **most) from error
    except Exceeded as error:
        raise UserError("api.unread", name=path.name, reason=error) from error


def uploaded(image: Any) -> Path:
    """The file that was uploaded. Gradio has looked only at what says that it is one; the rest may name any path."""
    named = image.get("path") if isinstance(image, dict) else None
    try:
        path = Path(named if isinstance(named, str) else "").resolve()
        inside = path.is_relative_to(Path(get_upload_folder()).resolve()) and path.is_file()
    except (OSError, ValueError) as error:  # a name that no file has: too long, or with a zero byte in it
        raise UserError("api.not_uploaded") from error
    if not inside:
        raise UserError("api.not_uploaded")
    return path
