"""What a step of the Learn tab rests on: works that a reader can look up, the same in every language."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Publication:
    """A publication: authors and year as they are cited, its title and its address."""

    cited: str
    title: str
    address: str

    @classmethod
    def on_arxiv(cls, cited: str, title: str, number: str) -> Publication:
        return cls(cited, title, f"https://arxiv.org/abs/{number}")


KINGMA = Publication.on_arxiv("Kingma & Welling 2014", "Auto-Encoding Variational Bayes", "1312.6114")
REZENDE = Publication.on_arxiv(
    "Rezende, Mohamed & Wierstra 2014",
    "Stochastic Backpropagation and Approximate Inference in Deep Generative Models",
    "1401.4082",
)
TUTORIAL = Publication.on_arxiv("Kingma & Welling 2019", "An Introduction to Variational Autoencoders", "1906.02691")
CREMER = Publication.on_arxiv(
    "Cremer, Li & Duvenaud 2018", "Inference Suboptimality in Variational Autoencoders", "1801.03558"
)
WILLIAMS = Publication(
    "Williams 1992",
    "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
    "https://doi.org/10.1007/BF00992696",
)
MOHAMED = Publication.on_arxiv(
    "Mohamed et al. 2020", "Monte Carlo Gradient Estimation in Machine Learning", "1906.10652"
)
BURDA = Publication.on_arxiv("Burda, Grosse & Salakhutdinov 2016", "Importance Weighted Autoencoders", "1509.00519")
ALEMI = Publication.on_arxiv("Alemi et al. 2018", "Fixing a Broken ELBO", "1711.00464")
CONTINUOUS = Publication.on_arxiv(
    "Loaiza-Ganem & Cunningham 2019",
    "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
    "1907.06845",
)
HIGGINS = Publication(
    "Higgins et al. 2017",
    "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework",
    "https://openreview.net/forum?id=Sy2fzU9gl",
)
BURGESS = Publication.on_arxiv("Burgess et al. 2018", "Understanding disentangling in beta-VAE", "1804.03599")
CHEN = Publication.on_arxiv(
    "Chen et al. 2018", "Isolating Sources of Disentanglement in Variational Autoencoders", "1802.04942"
)
LUCAS = Publication.on_arxiv(
    "Lucas et al. 2019", "Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse", "1911.02469"
)
TIPPING = Publication(
    "Tipping & Bishop 1999", "Probabilistic Principal Component Analysis", "https://doi.org/10.1111/1467-9868.00196"
)
RYBKIN = Publication.on_arxiv(
    "Rybkin, Daniilidis & Levine 2021",
    "Simple and Effective VAE Training with Calibrated Decoders",
    "2006.13202",
)

ZEILER = Publication("Zeiler et al. 2010", "Deconvolutional Networks", "https://doi.org/10.1109/CVPR.2010.5539957")
DUMOULIN = Publication.on_arxiv(
    "Dumoulin & Visin 2016", "A guide to convolution arithmetic for deep learning", "1603.07285"
)

REFERENCES: dict[str, tuple[Publication, ...]] = {  # by the key of a step
    "vae": (KINGMA, REZENDE),
    "layers": (BURGESS, DUMOULIN, ZEILER),
    "algorithm": (KINGMA, TUTORIAL),
    "amortised": (CREMER,),
    "gradients": (WILLIAMS, MOHAMED),
    "posterior": (CREMER,),
    "elbo": (KINGMA, BURDA),
    "bernoulli": (CONTINUOUS,),
    "beta": (HIGGINS, ALEMI),
    "prior": (CHEN,),
    "collapse": (TIPPING, LUCAS, RYBKIN),
    "losses": (HIGGINS, BURGESS),
}


def references() -> dict[str, list[dict[str, str]]]:
    """The works of every step as plain values, from which the page makes links."""
    return {step: [asdict(work) for work in works] for step, works in REFERENCES.items()}
