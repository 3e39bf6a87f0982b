"""Formulas as native MathML, which browsers draw themselves and read aloud: made from LaTeX when the page is built."""

from __future__ import annotations

from html import escape

from latex2mathml.converter import convert

# A step of the Learn tab -> its formulas. `\\,` after a function's name: browsers set no space there.
FORMULAS: dict[str, tuple[str, ...]] = {
    "vae": (
        r"q(z \mid x) = \mathcal{N}\left(z;\, \mu(x),\, \operatorname{diag}\, \sigma^2(x)\right)",
        r"p(x) = \int p(x \mid z)\, \mathcal{N}(z;\, 0, I)\, dz",
    ),
    "layers": (r"h_0 = z, \quad h_\ell = \max\left(0,\, W_\ell\, h_{\ell-1} + b_\ell\right)",),
    "algorithm": (
        r"\mathcal{L} = \mathbb{E}_q\left[-\log\, p(x \mid z)\right]"
        r" + \mathrm{KL}\left(q(z \mid x) \,\|\, p(z)\right)",
    ),
    "amortised": (
        r"(\mu, \sigma) = f_\phi(x)",
        r"(\mu^*, \sigma^*) = \operatorname{argmin}_{\mu,\, \sigma}\, \mathcal{L}(x;\, \mu, \sigma)",
    ),
    "gradients": (
        r"\nabla_\mu\, \mathbb{E}_q[f(z)] = \mathbb{E}_{\varepsilon}\left[\nabla_z f(\mu + \sigma \varepsilon)\right]",
        r"\nabla_\mu\, \mathbb{E}_q[f(z)] = \mathbb{E}_q\left[f(z)\, \nabla_\mu \log\, q(z)\right]",
    ),
    "posterior": (
        r"\log\, p(x) - \mathrm{ELBO} = \mathrm{KL}\left(q(z \mid x) \,\|\, p(z \mid x)\right)",
        r"p(z \mid x) \propto p(x \mid z)\, p(z)",
    ),
    "elbo": (
        r"\log\, p(x) \geq \mathrm{ELBO} = -(D + R)",
        r"D = -\mathbb{E}_q\left[\log\, p(x \mid z)\right]",
        r"R = \mathrm{KL}\left(q(z \mid x) \,\|\, p(z)\right)",
    ),
    "bernoulli": (
        r"-\log\, p(x \mid z) = \sum_i d_i",
        r"d_i = -x_i \log\, p_i - (1 - x_i) \log\, (1 - p_i)",
    ),
    "beta": (r"\mathcal{L}_\beta = D + \beta R",),
    "prior": (
        r"\prod_i \mathcal{N}(z_i;\, 0, 1) = \mathcal{N}(z;\, 0, I)",
        r"q(z) = \frac{1}{N} \sum_n q(z \mid x_n) \neq \prod_i q(z_i)",
    ),
    "collapse": (
        r"\frac{1}{P} \left\| x - g(z) \right\|^2 + \mathrm{KL} \;\Rightarrow\; \beta \sigma^2 = \frac{P}{2}",
        r"\lambda_i > \beta \sigma^2",
    ),
    "losses": (
        r"\mathcal{L}_H = D + \beta\, \mathrm{KL}",
        r"\mathcal{L}_B = D + \gamma\, \left| \mathrm{KL} - C \right|",
    ),
}


def mathml(latex: str, label: str) -> str:
    """One formula as a block of MathML; `label` is the key of the sentence by which it is read aloud."""
    return convert(latex, display="block").replace("<math ", f'<math data-label="{escape(label)}" ', 1)


def formulas(step: str) -> str:
    """All formulas of a step, one below the other."""
    return "".join(mathml(latex, f"learn.{step}_formula_{n}") for n, latex in enumerate(FORMULAS[step], 1))
