"""Which latents are in use, and which factor each of them follows: the one place that decides both.

Slider names, the doctor's findings, the rows of Compare and every table ask here, so that they cannot disagree.
"""

from __future__ import annotations

import numpy as np

ACTIVE_NATS = 0.1  # below this KL divergence a latent is asleep and the page folds it away
FOLLOWED = 0.3  # normalised mutual information from which a latent follows a factor
OWN_LATENT = 0.5  # the second best latent of a factor must stay under this part of the best


def awake(kl: np.ndarray) -> np.ndarray:
    """The latents in use, rising.

    Args:
        kl: (D,) mean KL divergence of each latent from the prior, in nats.
    """
    return np.flatnonzero(np.asarray(kl) >= ACTIVE_NATS)


def asleep(kl: np.ndarray) -> np.ndarray:
    """The latents that are not in use, rising; `kl` as of `awake`."""
    return np.flatnonzero(np.asarray(kl) < ACTIVE_NATS)


def followed(information: np.ndarray, in_use: np.ndarray) -> np.ndarray:
    """(K,) whether any latent in use follows each factor.

    Args:
        information: (D, K) normalised mutual information. in_use: the latents in use.
    """
    return (np.asarray(information)[in_use] >= FOLLOWED).any(axis=0)


def sharing_latents(information: np.ndarray, in_use: np.ndarray, factor: int) -> np.ndarray:
    """The latents in use that know of a factor at least the part `OWN_LATENT` of what the best of them knows, rising;
    the best is among them, and where it stands alone it has the factor for itself, see `owners`.
    """
    shares = np.asarray(information)[in_use, factor]
    return np.asarray(in_use)[shares >= OWN_LATENT * shares.max(initial=0.0)]


def followed_factors(information: np.ndarray, in_use: np.ndarray) -> list[list[int]]:
    """For each of D latents the factors that it follows, the strongest first; none for a latent that sleeps.

    Args:
        information: (D, K) normalised mutual information. in_use: the latents in use.
    """
    names: list[list[int]] = [[] for _ in information]
    for dim in in_use:
        order = np.argsort(-information[dim], kind="stable")
        names[dim] = [int(k) for k in order if information[dim, k] >= FOLLOWED]
    return names


def best_latents(information: np.ndarray, in_use: np.ndarray) -> np.ndarray:
    """(K,) the latent in use that knows most of each factor, however little that is; -1 where none is in use."""
    shares = np.asarray(information)[in_use]
    if not len(shares):
        return np.full(shares.shape[1], -1)
    return np.asarray(in_use)[shares.argmax(axis=0)]


def owners(information: np.ndarray, in_use: np.ndarray) -> np.ndarray:
    """(K,) the latent that has each factor for itself; -1 where none follows it or a second one knows half as much.

    Args:
        information: (D, K) normalised mutual information. in_use: the latents in use.
    """
    shares = np.asarray(information)[in_use]
    if not len(shares):
        return np.full(shares.shape[1], -1)
    ranked = -np.sort(-shares, axis=0)
    second = ranked[1] if len(ranked) > 1 else 0.0
    own = followed(information, in_use) & (second < OWN_LATENT * ranked[0])
    return np.where(own, best_latents(information, in_use), -1)


def kept_apart(information: np.ndarray, in_use: np.ndarray) -> np.ndarray:
    """(K,) whether each factor has a latent of its own that no other factor shares."""
    leader = owners(information, in_use)
    alone = np.array([(leader == dim).sum() == 1 for dim in leader], bool)
    return (leader >= 0) & alone
