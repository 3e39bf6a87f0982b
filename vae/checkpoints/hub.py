"""Checkpoints on the Hugging Face Hub: a repository of *.safetensors, given as user/name or hf://user/name.

Nothing but safetensors files of this program is fetched, readers included. huggingface_hub is imported when it is used.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from filecmp import cmp
from pathlib import Path
from typing import Any, NoReturn

from vae.checkpoints import checkpoint
from vae.evaluation.header_figures import above_floor
from vae.evaluation.reader import load_reader
from vae.system.messages import KeyedError, cause
from vae.system.safetensors_file import CheckpointError

__all__ = ["HubError", "card", "fetched", "folder_of", "pull", "push"]

ANSWERS_WITHIN = 10.0  # seconds; huggingface_hub itself would wait for minutes
MOST_BYTES = 256 * 2**20  # of one file: other people's models are larger, and nobody waits for them by mistake
MOST_FILES = 200
_MIGS = {"mig_sampled": "of one z an image", "mig": "of means", "mig_in_use": "of means, latents in use"}
_REPOSITORY = re.compile(r"(?:hf://)?([\w.-]+/[\w.-]+)", re.ASCII)
_FILE = re.compile(r"(?:readers/)?[\w.+-]+\.safetensors", re.ASCII)


class HubError(KeyedError):
    """Something that the Hub, or a repository there, cannot give or take; the message says what to do."""


def folder_of(name: str | Path, refuse: Callable[[str], NoReturn] | None = None) -> Path:
    """A folder of checkpoints: the one of that name, which wins, or a copy of that repository in the Hub's cache.

    Args:
        refuse: gets the sentence of what would be raised, and ends the program.

    Raises:
        HubError: neither; or the repository cannot be fetched and no copy is left from an earlier time.
    """
    if Path(name).is_dir():
        return Path(name)
    try:
        if not _REPOSITORY.fullmatch(str(name)):
            raise HubError("hub.neither", name=name)
        return fetched(repository(name))
    except HubError as error:
        if refuse is None:
            raise
        refuse(str(error))


def repository(name: str | Path) -> str:
    """user/name of what may begin with hf://.

    Raises:
        HubError: it is of another form.
    """
    found = _REPOSITORY.fullmatch(str(name))
    if not found:
        raise HubError("hub.no_repository", name=name)
    return found[1]


def fetched(repo: str) -> Path:
    """The repository's checkpoints and readers in the Hub's cache; what is there already is not fetched again.

    Where the Hub does not answer, the copy of an earlier time is taken, and standard error says so.

    Raises:
        HubError: no such repository, no checkpoint in it, one too large, or no answer and no copy.
    """
    from huggingface_hub import snapshot_download

    try:
        with _plainly(repo):
            names = _files(repo)
            return Path(snapshot_download(repo, allow_patterns=names))
    except _NoAnswer as error:
        try:
            local = {"local_files_only": True, "ignore_patterns": ["*/*"]}  # it refuses where one of these is missing
            kept = Path(snapshot_download(repo, allow_patterns=["*.safetensors"], **local))
        except (OSError, ValueError):  # what it raises where nothing, or not everything, is kept
            raise HubError(error.key, **error.values) from error
        print(f"{error} The copy of an earlier time is used.", file=sys.stderr)
        return kept


def pull(repo: str, folder: Path, replace: bool = False) -> list[Path]:
    """Copies a repository's checkpoints, and readers, into a folder: all of them, once each has been read strictly.

    Args:
        replace: take the place of other files of the same names.

    Raises:
        HubError: as `fetched`, or a file is damaged or none of this program, or another one is in its place.
        OSError: the folder cannot be written.
    """
    source = fetched(repository(repo))
    names = sorted(path.relative_to(source) for path in source.rglob("*.safetensors") if _ours(source, path))
    for name in names:
        try:
            (checkpoint.load if name.parent == Path() else load_reader)(source / name)
        except CheckpointError as error:
            raise HubError("hub.not_taken", name=name, repo=repository(repo), reason=error.sentence) from error
    new = [name for name in names if not _same(source / name, folder / name)]
    taken = [name for name in new if (folder / name).exists()]
    if taken and not replace:
        raise HubError("hub.in_its_place", path=folder / taken[0])
    for name in new:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        try:
            shutil.copyfile(source / name, temporary)
            temporary.replace(target)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return [folder / name for name in names]


def push(name: str | Path, repo: str, private: bool = False) -> str:
    """Puts a checkpoint into a repository, which is made where there is none, with a model card where it has none.

    Args:
        name: of a model of this project, or the path of a checkpoint; it is read strictly first.
        private: whether a repository that is made is private; one that exists stays as it is.

    Returns:
        The repository's address.

    Raises:
        CheckpointError: no such checkpoint, or a damaged one.
        HubError: nobody is logged in, the repository cannot be written, or the Hub does not answer.
    """
    from huggingface_hub import CommitOperationAdd, HfApi, get_token
    from huggingface_hub.errors import RepositoryNotFoundError

    model, repo = checkpoint.load(name), repository(repo)
    if not _FILE.fullmatch(model.path.name):
        raise HubError("hub.no_name", name=model.path.name)
    if not get_token():
        raise HubError("hub.not_logged_in")
    api = HfApi()
    with _plainly(repo):
        try:
            here = {file.rfilename for file in api.repo_info(repo, timeout=ANSWERS_WITHIN).siblings or []}
        except RepositoryNotFoundError:
            api.create_repo(repo, private=private)
            here = set()
        added = {model.path.name: model.path}
        if "README.md" not in here:
            added["README.md"] = card(model, repo).encode()
        operations = [CommitOperationAdd(path, content) for path, content in added.items()]
        api.create_commit(repo, operations, commit_message=f"Add {model.path.stem}")
    return f"{api.endpoint}/{repo}"


def card(model: checkpoint.Model, repo: str) -> str:
    """The model card of a repository that begins with this model: what its file says, and how to open it."""
    header, metrics, config = model.header, model.header["metrics"], model.config
    figures = {
        "−ELBO above the floor under the pictures": above_floor(metrics),
        "−ELBO": metrics["neg_elbo"],
        "rate (KL divergence from the prior)": metrics["rate"],
        "distortion (reconstruction)": metrics["distortion"],
    }
    rows = [f"| {title} | {value:.2f} nats per image |" for title, value in figures.items() if value is not None]
    if metrics["active_units"] is not None:
        rows.append(f"| active units | {metrics['active_units']} of {config.model.latent_dim} |")
    for key, about in _MIGS.items():
        if metrics.get(key) is not None:
            rows.append(f"| mutual information gap, {about} | {metrics[key]:.3f} |")
    table = "\n".join(["| on the test images | |", "|---|---|", *rows]) if rows else "It came without images."
    trained = f"trained on {header['dataset']['name']} (version {header['dataset']['version']})"
    seen = f"{header['steps']:,} steps, seed {header['seed']}"
    if model.imported:
        trained, seen = f"imported as {header['imported']['kind']}", f"seed {header['seed']}"
    return f"""---
tags:
- variational-autoencoder
- latent-space-explorer
---

# {model.path.stem}

A variational autoencoder {trained}: network
{config.model.network}, {config.model.latent_dim} latents, {config.model.likelihood} likelihood, objective
{config.objective.name}, {seen}.

{table}

Each file carries its whole recipe and all its figures in its own header. With Latent Space Explorer:

```
python app.py --checkpoints {repo}
python -m vae list --checkpoints {repo}
python -m vae pull {repo}
```
"""


class _NoAnswer(HubError):
    """The Hub cannot be reached at all."""


@contextmanager
def _plainly(repo: str) -> Iterator[None]:
    """Says in one sentence what huggingface_hub raises in many.

    Raises:
        HubError: always in place of what it raises; _NoAnswer where the Hub was not reached.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise HubError("hub.gated", repo=repo, address=f"{constants.ENDPOINT}/{repo}") from error
    except RepositoryNotFoundError as error:
        raise HubError("hub.unknown", repo=repo) from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else None
        raise _refused(repo, status) from error
    except OfflineModeIsEnabled as error:
        raise _NoAnswer("hub.offline") from error
    except (HTTPError, ConnectionError, TimeoutError) as error:
        raise _NoAnswer("hub.no_answer", address=constants.ENDPOINT) from error
    except HFValidationError as error:
        raise HubError("hub.bad_name", repo=repo) from error
    except (OSError, ValueError, RuntimeError) as error:  # no room in the cache, an answer of another form, …
        raise HubError("hub.failed", repo=repo, why=cause(error)) from error


def _refused(repo: str, status: int | None) -> HubError:
    if status == 401:
        return HubError("hub.bad_token")
    if status == 403:
        return HubError("hub.forbidden", repo=repo)
    return HubError("hub.refused", repo=repo, status=status)


def _files(repo: str) -> list[str]:
    """The files of a repository that may be checkpoints or readers.

    Raises:
        HubError: there are none, too many, or one is too large.
    """
    from huggingface_hub import HfApi

    siblings: list[Any] = HfApi().repo_info(repo, timeout=ANSWERS_WITHIN, files_metadata=True).siblings or []
    files = [file for file in siblings if _FILE.fullmatch(file.rfilename)]
    if not any("/" not in file.rfilename for file in files):
        raise HubError("hub.no_checkpoint", repo=repo)
    if len(files) > MOST_FILES:
        raise HubError("hub.many_files", repo=repo, n=f"{len(files):,}", most=MOST_FILES)
    large = next((file for file in files if (file.size or 0) > MOST_BYTES), None)
    if large is not None:
        sizes = {"mb": f"{large.size / 2**20:,.0f}", "most": MOST_BYTES // 2**20}
        raise HubError("hub.large_file", name=large.rfilename, repo=repo, **sizes)
    return [file.rfilename for file in files]


def _ours(folder: Path, path: Path) -> bool:
    return bool(_FILE.fullmatch(path.relative_to(folder).as_posix()))


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and cmp(one, other, shallow=False)
