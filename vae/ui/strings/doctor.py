"""The doctor: what there is to see in a model, what it means, and what helps."""

DOCTOR: dict[str, dict[str, str]] = {
    "finding.active": {"en": "{n} of {total} latents are in use."},
    "finding.active_help": {
        "en": "In use: a KL divergence of 0.1 nat or more. What the others could say costs more than it saves, so they "
        "are pruned; that is no collapse."
    },
    "finding.nan": {"en": "Not a number: {numbers}."},
    "finding.collapse": {"en": "0 of {total} latents are in use: posterior collapse, the decoder ignores z."},
    "finding.collapse_bernoulli": {
        "en": "0 of {total} latents are in use: posterior collapse at β = {beta}, the decoder ignores z."
    },
    "finding.collapse_gaussian": {
        "en": "0 of {total} latents are in use: posterior collapse at an effective β·σ² = {weight}, "
        "the decoder ignores z."
    },
    "finding.stuck": {
        "en": "Collapsed: {latents}. All latents together carry {rate} nats, where a linear model carries {nats}."
    },
    "finding.dead": {"en": "Dead network: it paints one picture for all images, and not their mean."},
    "finding.dead_constant": {
        "en": "Dead network: every picture it paints is the same, although its latents carry {rate} nats."
    },
    "finding.dead_mean": {
        "en": "Dead network: its reconstructions are no closer than the mean image, although its latents carry "
        "{rate} nats."
    },
    "finding.mean_image": {"en": "Every reconstruction is the mean image."},
    "finding.capacity_short": {"en": "The KL divergence is {rate} nats: its capacity C = {capacity} is not reached."},
    "finding.capacity_exceeded": {
        "en": "The KL divergence is {rate} nats: γ = {gamma} does not hold it at C = {capacity}."
    },
    "finding.capacity_loose": {
        "en": "Nothing is pushed: the capacity C = {capacity} is more than the {rate} nats that are used."
    },
    "finding.not_pushed": {
        "en": "Nothing is pushed: with β = {beta} the KL divergence weighs no more than in a plain VAE."
    },
    "finding.overfit": {
        "en": "Over-fitted: a test image costs {gap} nats more than a training image (−ELBO {test} and {train})."
    },
    "finding.follows": {"en": "Each of the {n} factors has a latent of its own."},
    "finding.together": {"en": "z{dim} carries several factors at once: {factors}."},
    "finding.spread": {"en": "Spread over several latents: {factors}."},
    "finding.unfollowed": {"en": "Followed by no latent: {factors}."},
    "finding.forecast": {
        "en": "A linear model at β·σ² = {weight} would use {awake} latents and {nats} nats; this one uses {used} and "
        "{rate}. The strongest direction of the data has a variance of {largest}."
    },
    "spectrum.title": {"en": "Why latents wake"},
    "spectrum.about": {
        "en": "Bars: variance of the images along their strongest directions. A linear model spends a latent on those "
        "above the line, the more nats the higher. Dots: what the latents of this model carry, on the same scale."
    },
    "spectrum.threshold": {"en": "β·σ² = {value}"},
    "spectrum.direction": {"en": "direction {n}: variance {variance}, worth {nats} nats"},
    "spectrum.latent": {"en": "this model's latent: {nats} nats"},
    "spectrum.label": {"en": "Spectrum of the images: {n} directions above the threshold, {m} latents in use"},
    "remedy.nan": {"en": "Lower the learning rate or β; train in fp32."},
    "remedy.collapse": {
        "en": "Lower β, or σ under a Gaussian; sum the squared error over the pixels, where a mean multiplies β by "
        "half their number."
    },
    "remedy.stuck": {"en": "Begin with a low β and raise it; try a higher learning rate, more steps, another seed."},
    "remedy.dead": {"en": "Train longer; if nothing moves, begin anew with a lower learning rate and another seed."},
    "remedy.capacity_short": {"en": "Raise γ, train longer after the capacity has stopped rising, or lower C."},
    "remedy.capacity_exceeded": {"en": "Raise γ, or train longer."},
    "remedy.push_capacity": {"en": "Choose a C below what a plain VAE of these images uses."},
    "remedy.push": {"en": "Choose a β above 1: factors are only told apart under pressure."},
    "remedy.overfit": {"en": "More images, fewer steps, a smaller network or a larger β."},
    "remedy.entangled": {"en": "Try a larger β, a β that rises late, or another seed."},
    "remedy.unfollowed": {
        "en": "Try a lower β or more steps: a factor that changes few pixels pays for a latent last."
    },
    "finding.missing_images": {"en": "Pictures of the map are reconstructions, for the images are missing. {reason}"},
    "finding.unknown_data": {"en": "The data set {name} is not known here."},
    "finding.other_version": {"en": "{name} is here in version {here}, the model was trained on version {then}."},
    "finding.other_shape": {"en": "{name} has images of another shape than this model."},
}
