"""What every page says: title, tabs, the header and its figures."""

FRAME: dict[str, dict[str, str]] = {
    "common.title": {"en": "Latent Space Explorer"},
    "common.tagline": {"en": "Every point is an image, every slider one latent."},
    "common.nats": {"en": "nats"},
    "tab.explore": {"en": "Explore"},
    "tab.compare": {"en": "Compare"},
    "tab.train": {"en": "Train"},
    "header.language": {"en": "Language", "ko": "언어"},
    "header.language_en": {"en": "English", "ko": "English"},
    "header.language_ko": {"en": "한국어", "ko": "한국어"},
    "header.model": {"en": "Model"},
    "header.broken": {"en": "Cannot be opened"},
    "header.broken_entry": {"en": "{name}: {reason}"},
    "header.none": {"en": "No model here yet"},
    "header.dark": {"en": "Switch to dark"},
    "header.light": {"en": "Switch to light"},
    "header.neg_elbo": {"en": "−ELBO"},
    "header.rate": {"en": "rate"},
    "header.distortion": {"en": "distortion"},
    "header.active_units": {"en": "active units"},
    "header.of": {"en": "{n} of {total}"},
    "header.neg_elbo_help": {
        "en": "Negative evidence lower bound in nats per image: distortion + rate. Lower is better."
    },
    "header.rate_help": {"en": "What the latents say about an image: KL divergence from the prior, nats per image."},
    "header.distortion_help": {
        "en": "What the picture costs once the latents are known: reconstruction, nats per image."
    },
    "header.active_units_help": {
        "en": "Latents whose posterior mean varies over the test images (variance above 0.01)."
    },
    "header.neg_elbo_decoding_mu": {"en": "decoding μ"},
    "header.neg_elbo_decoding_mu_help": {
        "en": "What many report in place of −ELBO. It flatters: the decoder is spared the noise of a sampled z, but "
        "the rate is that of the noisy code."
    },
    "header.mig": {"en": "MIG"},
    "header.mig_noise": {"en": "noise"},
    "header.mig_rotated": {"en": "rotated"},
    "header.mig_perfect": {"en": "perfect"},
    "header.mig_help": {
        "en": "Mutual information gap, 0 to 1: how much more of a factor its best latent knows than the second best."
    },
    "header.mig_noise_help": {"en": "MIG of a code that knows nothing of these factors: the floor."},
    "header.mig_rotated_help": {
        "en": "MIG of a code that holds these factors exactly, but turned, so that every latent carries all of them."
    },
    "header.mig_perfect_help": {"en": "MIG of these factors themselves, a latent each: the ceiling."},
}
