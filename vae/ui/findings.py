"""What can be said about a model in one line: keys of sentences with their values, computed and never guessed."""

from typing import Any

import numpy as np

ACTIVE_NATS = 0.1  # below this KL divergence a latent is folded away
OWN_LATENT = 0.5  # the second best latent of a factor must stay under this part of the best
FOLLOWED = 0.3  # normalised mutual information below which nothing follows the factor

Finding = tuple[str, dict[str, Any]]


def findings(kl: np.ndarray, information: np.ndarray | None, factors: tuple[str, ...]) -> list[Finding]:
    """Findings about one model.

    Args:
        kl: (D,) mean KL divergence of each latent, in nats.
        information: (D, K) mutual information of latent and factor over the factor's entropy, or None.
        factors: the K names.
    """
    used = int((kl >= ACTIVE_NATS).sum())
    if used == 0:
        return [("finding.collapse", {"total": len(kl)})]
    found: list[Finding] = [("finding.active", {"n": used, "total": len(kl)})]
    if information is not None and len(factors):
        best = np.sort(information, axis=0)[::-1]
        second = best[1] if len(best) > 1 else np.zeros(len(factors))
        own = (best[0] >= FOLLOWED) & (second < OWN_LATENT * best[0])
        leader = np.where(own, information.argmax(axis=0), -1)
        crowded = [dim for dim in np.unique(leader[own]) if (leader == dim).sum() > 1]
        for dim in crowded:
            names = [name for name, first in zip(factors, leader, strict=True) if first == dim]
            found.append(("finding.together", {"factors": ", ".join(names), "dim": int(dim)}))
        if not own.all():
            names = [name for name, alone in zip(factors, own, strict=True) if not alone]
            found.append(("finding.shared", {"factors": ", ".join(names)}))
        if own.all() and not crowded:
            found.append(("finding.follows", {"n": len(factors)}))
    return found
