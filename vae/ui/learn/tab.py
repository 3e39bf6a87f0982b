"""The Learn tab: one column of short steps, each with something live. A step computes when it comes into view."""

from vae.ui.kit.part import part
from vae.ui.learn.endpoints import lesson_endpoints
from vae.ui.learn.first_steps import SEEDS
from vae.ui.learn.formulas import formulas
from vae.ui.learn.references import references
from vae.ui.learn.steps import STEPS, chosen, others
from vae.ui.models.shared import Shared

_STEP = """
  <section id="learn-{key}" class="lse-step" aria-labelledby="learn-{key}-title">
    <div class="lse-step-words">
      <h2 id="learn-{key}-title" tabindex="-1"><span>{number}</span><b></b></h2>
      <p class="lse-step-text"></p>
      <div class="lse-formulas">{formulas}</div>
      <p class="lse-references"></p>
      <p class="lse-step-go" hidden></p>
    </div>
    <div class="lse-live" aria-busy="true"></div>
  </section>"""
_STEPS = "".join(
    _STEP.format(key=step.key, number=number, formulas=formulas(step.key)) for number, step in enumerate(STEPS, 1)
)
TEMPLATE = f"""
<div class="lse-part lse-learn">
  <nav id="learn-contents" data-label="learn.contents"><p data-text="learn.intro"></p><ol></ol></nav>{_STEPS}
</div>
"""


def build(shared: Shared) -> None:
    """Draw the tab into the current Blocks context; nothing is computed before it is opened."""
    part(
        "learn",
        TEMPLATE,
        {
            "steps": [step.key for step in STEPS],
            "models": chosen(shared.catalog.usable(), shared.catalog.data_root),
            "losses": others(),
            "seeds": SEEDS,
            "references": references(),
        },
        lesson_endpoints(shared.catalog),
        elem_id="learn",
    )
