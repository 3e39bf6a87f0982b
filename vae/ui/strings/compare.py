"""The Compare tab: two models side by side, and rate against distortion."""

COMPARE: dict[str, dict[str, str]] = {
    # Two models side by side.
    "compare.left": {"en": "Left"},
    "compare.right": {"en": "Right"},
    "compare.explore": {"en": "Explore it"},
    "compare.opening": {"en": "Opening {left} and {right} …"},
    "compare.none": {"en": "There is no model to compare here."},
    "compare.pays": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}); it pays {paid} nats of "
        "reconstruction for that."
    },
    "compare.free": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}), and pays nothing for that: its "
        "reconstructions cost {paid} nats less."
    },
    "compare.even": {
        "en": "{name} keeps {apart} (MIG {mig}), {other} {m} (MIG {other_mig}); their reconstructions cost the same."
    },
    "compare.apart_all": {"en": "all {total} factors apart"},
    "compare.apart_some": {"en": "{n} of {total} factors apart ({factors})"},
    "compare.neither": {"en": "Neither keeps a factor apart: MIG {mig} for {name}, {other_mig} for {other}."},
    "compare.thrifty": {
        "en": "{name} spends {saved} nats less on its latents than {other}, and pays {paid} nats of reconstruction "
        "for it; these images have no known factors that could be kept apart."
    },
    "compare.better": {
        "en": "{name} spends {saved} nats less on its latents than {other} and reconstructs better by {paid} nats; the "
        "images have no known factors that could be kept apart."
    },
    "compare.unlike": {
        "en": "{name} and {other} have different likelihoods, so their distortions cannot be set against each other: "
        "compare pictures and latents."
    },
    "compare.unseen": {"en": "The images of {name} are missing here, and with them their factors."},
    "compare.unmeasured": {
        "en": "No scores are recorded in the file of {name}: the table shows what is known, and the spill meter works."
    },
    "compare.same": {"en": "Both sides show {name}: choose another model to see a difference."},
    "compare.other_data": {
        "en": "{name} and {beside} were trained on different images and cannot be compared: here is {other} beside it."
    },
    "compare.error": {"en": "{nats} nats"},
    "compare.error_help": {"en": "Reconstruction error of this image: −log p(x|z) at z = μ, in nats"},
    "compare.change": {"en": "what changed"},
    "compare.change_alt": {"en": "Where the picture of z differs from the reconstruction: {percent} % on average"},
    "compare.reader": {
        "en": "Bars: how far each factor has moved in the decoded picture, as a share of its range, read by a small "
        "network that knows real images only. On test images it reaches {figures}. Pale: within its own error."
    },
    "compare.r2": {"en": "{name} R² {r2}"},
    "compare.accuracy": {"en": "{name} {percent} % right"},
    "compare.no_reader": {"en": "Nothing reads factors off these pictures: the orange shows what changed."},
    "compare.rows": {"en": "Matched latents"},
    "compare.rows_about": {
        "en": "A row, a slider: both models move to the same share of their codes. Double click: back to the image."
    },
    "compare.alike": {"en": "alike"},
    "compare.alike_help": {"en": "Rank correlation of the two latents over the test images"},
    "compare.only_left": {"en": "left only"},
    "compare.only_right": {"en": "right only"},
    "compare.alone": {"en": "No latent of this model does the same."},
    "compare.cell": {"en": "{model}: z{dim} = {value}"},
    "compare.slider": {"en": "{title}: {left} on the left, {right} on the right"},
    "compare.carries": {"en": "z{dim} carries {factors}"},
    "compare.stays": {"en": "{percent} % in {factor}"},
    "compare.stays_class": {"en": "class moves {percent} %"},
    "compare.stays_none": {"en": "nothing to read"},
    "compare.stays_reading": {"en": "Reading the decoded pictures of 200 images …"},
    "compare.stays_help": {
        "en": "Of all that z{dim} changes in decoded pictures (squared; from 1 % to 99 % of its codes, 200 images), "
        "the share that stays in one factor, {factor}: {percent} % ± {spread} over the images."
    },
    "compare.stays_class_help": {
        "en": "How far z{dim} moves the class that is read in decoded pictures: root of the mean squared change from "
        "1 % to 99 % of its codes, 200 images."
    },
    "compare.stays_one": {"en": "{percent} % ± {spread} in {name}"},
    "compare.stays_model": {
        "en": "Spill meter: of what a latent changes in decoded pictures, so much stays in one factor: {found} (mean "
        "and spread over 200 images)."
    },
    "compare.maps": {"en": "Linked maps"},
    "compare.map_left": {"en": "Map of the left model. Arrow keys walk from image to image, Escape drops a selection."},
    "compare.map_right": {
        "en": "Map of the right model. Arrow keys walk from image to image, Escape drops a selection."
    },
    "compare.latents": {"en": "two latents"},
    "compare.lasso": {"en": "Lasso"},
    "compare.explore_help": {"en": "Open {name} in Explore with this image and z"},
    "compare.clear": {"en": "Drop selection"},
    "compare.selected": {"en": "{n} of {total} images selected"},
    "compare.about_z": {
        "en": "Of either model the two latents that follow the chosen factors best: where each factor has a latent of "
        "its own, colours lie in straight bands. Hover or lasso (or hold Shift and drag) on one: it shows on both."
    },
    "compare.table": {"en": "In figures"},
    "compare.undefined": {"en": "not defined"},
    "compare.neg_elbo": {"en": "−ELBO, nats"},
    "compare.neg_elbo_help": {"en": "Negative evidence lower bound: distortion + rate. Lower is better."},
    "compare.rate": {"en": "rate, nats"},
    "compare.rate_help": {"en": "What the latents say about an image: KL divergence from the prior."},
    "compare.distortion": {"en": "distortion, nats"},
    "compare.distortion_help": {"en": "What the picture costs once the latents are known."},
    "compare.active_units": {"en": "active units"},
    "compare.active_units_help": {"en": "Latents whose posterior mean varies over the test images."},
    "compare.mig": {"en": "MIG"},
    "compare.mig_help": {"en": "How much more of a factor its best latent knows than the second best."},
    "compare.dci_disentanglement": {"en": "DCI disentanglement"},
    "compare.dci_disentanglement_help": {"en": "Does a latent matter to one factor only?"},
    "compare.dci_completeness": {"en": "DCI completeness"},
    "compare.dci_completeness_help": {"en": "Does a factor need one latent only?"},
    "compare.sap": {"en": "SAP"},
    "compare.sap_help": {"en": "How much better the best latent alone tells a factor than the second best."},
    "compare.modularity": {"en": "modularity"},
    "compare.modularity_help": {"en": "How little a latent knows beside the factor that it knows best."},
    "compare.factor_vae": {"en": "FactorVAE score"},
    "compare.factor_vae_help": {
        "en": "Can the factor that was held still be told from the latent that varies least? Kind to rotated codes."
    },
    "compare.beta_vae": {"en": "beta-VAE score"},
    "compare.beta_vae_help": {"en": "Can a linear classifier tell which factor was held still? Kindest of all."},
    "compare.noise": {"en": "noise"},
    "compare.noise_help": {"en": "A code that knows nothing of the factors: the floor."},
    "compare.rotated": {"en": "rotated"},
    "compare.rotated_help": {"en": "The factors themselves, turned into each other."},
    "compare.perfect": {"en": "perfect"},
    "compare.perfect_help": {"en": "The factors themselves, a latent each: the ceiling."},
    "compare.pca": {"en": "PCA"},
    "compare.pca_help": {"en": "As many principal components of the pixels as the model has latents."},
    "compare.untrained": {"en": "untrained"},
    "compare.untrained_help": {"en": "The right model's encoder before its first step."},
    "compare.rates": {"en": "Rate against distortion"},
    "compare.figure": {"en": "Figure 1"},
    "compare.png": {"en": "As PNG"},
    "compare.gif": {"en": "As GIF"},
    "compare.figure_about": {
        "en": "The first figure of the beta-VAE paper from these two models and this image: a factor a row."
    },
    "compare.composing": {"en": "Composing …"},
    "compare.keep": {"en": "Download {name}"},
    "compare.figure_title": {"en": "{data}: what one latent changes, a factor a row"},
    "compare.figure_note": {
        "en": "After figure 1 of Higgins et al. 2017, beta-VAE: two of its three columns, for no InfoGAN is at hand. "
        "Test image {index}; in each strip one latent goes from 1 % to 99 % of its codes, the others stay."
    },
    "compare.figure_none": {"en": "no latent follows it"},
    "compare.figure_run": {"en": "{weight} · seed {seed} · {steps} steps"},
    "compare.figure_bound": {"en": "−ELBO {nats} nats"},
    "compare.figure_mig": {"en": " · MIG {mig}"},
    "compare.strongest": {"en": "strongest latent"},
    "compare.figure_alt": {"en": "A factor a row, a model a column: {left} and {right} from test image {index}"},
    # Rate against distortion.
    "rates.x": {"en": "rate, nats"},
    "rates.y": {"en": "distortion, nats"},
    "rates.y_above": {"en": "distortion above the floor of {nats} nats"},
    "rates.beta": {"en": "β = {beta}"},
    "rates.grid": {"en": "ln {n} = {nats}"},
    "rates.dot_rate": {"en": "rate {nats} nats"},
    "rates.dot_distortion": {"en": "distortion {nats} nats"},
    "rates.dot_above": {"en": "{nats} nats above the floor"},
    "rates.dot_neg_elbo": {"en": "−ELBO {nats} nats"},
    "rates.dot_mig": {"en": "MIG {mig}"},
    "rates.others": {"en": "Not shown, for their likelihood or images are others: {names}."},
    "rates.label": {"en": "Rate against distortion of {n} models"},
    "rates.about": {
        "en": "Floor: what the pixels' own greys cost under any decoder. Dashed: all points that training with that β "
        "likes as much as the model. Dotted: the nats that name every combination of the factors."
    },
}
