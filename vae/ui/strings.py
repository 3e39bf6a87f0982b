"""Every string that a person can read in the app: one table, key -> language -> text.

Texts may hold ``{name}`` placeholders, filled by `say` here and by ``t`` in assets/js/strings.js. Findings and errors
travel as key and values, so that the page can say them in its own language.
"""

from vae.ui.strings_runs import RUNS
from vae.ui.strings_train import TRAIN

LANGUAGES = ("en",)

STRINGS: dict[str, dict[str, str]] = {
    # The frame of the page.
    "common.title": {"en": "Latent Space Explorer"},
    "common.tagline": {"en": "Every point is an image, every slider one latent."},
    "common.nats": {"en": "nats"},
    "tab.explore": {"en": "Explore"},
    "tab.compare": {"en": "Compare"},
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
    # The map.
    "map.label": {"en": "Map of the encoded test images. Arrow keys walk from image to image."},
    "map.projection": {"en": "Map"},
    "map.umap": {"en": "UMAP"},
    "map.pca": {"en": "PCA"},
    "map.z": {"en": "two latents"},
    "map.x": {"en": "across"},
    "map.y": {"en": "up"},
    "map.colour": {"en": "Colour"},
    "map.count": {"en": "{n} test images"},
    "map.sample": {"en": "Showing {n} of {total} test images"},
    "map.opening": {"en": "Opening {name} …"},
    "map.hint": {"en": "Hover a point, click it, then move a slider."},
    "map.about_umap": {
        "en": "UMAP keeps neighbours together; distances between far groups, their sizes and the axes mean nothing."
    },
    "map.about_pca": {"en": "PCA is a straight-line shadow of the latents: what it does not show may still be there."},
    "map.about_z": {"en": "Two latents as they are: click anywhere, the other latents stay where their sliders are."},
    "map.legend": {"en": "Legend: click to hide or show"},
    "map.thumbnail": {"en": "Test image {index}"},
    "map.decoded": {"en": "Decoded, test image {index}"},
    "colour.class": {"en": "class"},
    "colour.kl": {"en": "KL divergence"},
    "colour.distortion": {"en": "reconstruction error"},
    # The inspector.
    "inspector.original": {"en": "original"},
    "inspector.reconstruction": {"en": "reconstruction"},
    "inspector.z": {"en": "your z"},
    "inspector.stored": {"en": "decoded, no original"},
    "inspector.original_alt": {"en": "Test image {index}"},
    "inspector.stored_alt": {"en": "Test image {index}, decoded from its stored code because the images are missing"},
    "inspector.reconstruction_alt": {"en": "Reconstruction of test image {index} from its mean code"},
    "inspector.z_alt": {"en": "The picture that the decoder paints at the present slider positions"},
    "inspector.index": {"en": "image {index}"},
    "inspector.moved": {"en": "moved from it"},
    "inspector.prior": {"en": "drawn from the prior"},
    "inspector.between": {"en": "approximate: between {n} images, {distance} away"},
    "inspector.reset": {"en": "Reset"},
    "inspector.reset_help": {"en": "Put every slider back to the picked image"},
    "inspector.random_image": {"en": "Random image"},
    "inspector.random_image_help": {"en": "Pick a random test image"},
    "inspector.random_prior": {"en": "From the prior"},
    "inspector.random_prior_help": {"en": "Draw every latent from N(0, 1) and decode"},
    "inspector.to_compare": {"en": "Compare"},
    "inspector.to_compare_help": {"en": "See this image and this z beside another model of the same data"},
    # Sliders.
    "sliders.title": {"en": "Latents, the most used first"},
    "sliders.inactive": {"en": "{n} inactive latents (KL < 0.1 nat)"},
    "sliders.inactive_one": {"en": "1 inactive latent (KL < 0.1 nat)"},
    "sliders.follows": {"en": "{factor}"},
    "sliders.follows_help": {"en": "z{dim} follows {factor}: normalised mutual information {strength} of 1"},
    "sliders.kl_help": {"en": "KL divergence {kl} nats"},
    "sliders.label": {"en": "Latent z{dim}"},
    "sliders.label_follows": {"en": "Latent z{dim}, follows {factor}"},
    "sliders.row_help": {"en": "Double click: back to the picked image"},
    # The lattice of two latents.
    "lattice.title": {"en": "Lattice: the whole prior, decoded"},
    "lattice.about": {
        "en": "Cells stand for equal shares of the prior, spaced by the inverse normal CDF: click or drag."
    },
    "lattice.across": {"en": "z0 across"},
    "lattice.up": {"en": "z1 up"},
    "lattice.place": {"en": "z0 = {x}, z1 = {y}"},
    "lattice.label": {"en": "Decoded lattice, at z0 = {x}, z1 = {y}. Arrow keys move by one cell."},
    "lattice.alt": {"en": "{steps} by {steps} pictures, decoded from values of z0 and z1"},
    # Traversal.
    "traversal.title": {"en": "Traversal: one latent moves, the others stay"},
    "traversal.range": {"en": "Range"},
    "traversal.sigma": {"en": "−3 … +3"},
    "traversal.quantiles": {"en": "quantiles 1 … 99 %"},
    "traversal.cell": {"en": "z{dim} = {value}"},
    "traversal.all": {"en": "Show all {n} rows"},
    "traversal.few": {"en": "Show fewer rows"},
    "traversal.asleep": {"en": "No latent is in use: every row repeats one picture."},
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
    # What the latents know of the factors.
    "information.title": {"en": "What each latent knows of each factor"},
    "information.about": {"en": "mutual information ÷ the factor's entropy, 0 to 1"},
    "information.cell": {"en": "z{dim} knows {share} of {factor}"},
    # The doctor: what there is to see, what it means, and what helps.
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
    # Errors: one sentence each.
    "error.arguments": {"en": "The call {name} came with the wrong arguments."},
    "error.model": {"en": "There is no model named {name} here."},
    "error.checkpoint": {"en": "{reason}"},
    "error.index": {"en": "{index} is not the index of an image on this map."},
    "error.z_length": {"en": "z must be a list of {dims} numbers."},
    "error.z_value": {"en": "z{dim} must be a number between −{limit} and {limit}."},
    "error.dims": {"en": "The rows to traverse must be a list of different latents from 0 to {last}."},
    "error.dim": {"en": "There is no latent {dim}: they run from 0 to {last}."},
    "error.range": {"en": "The range of a traversal is either sigma or quantiles."},
    "error.projection": {"en": "This model has no projection named {name}."},
    "error.colour": {"en": "This map cannot be coloured by {name}."},
    "error.place": {"en": "A place on the map is two finite numbers."},
    "error.sheet": {"en": "There is no thumbnail sheet {number}."},
    "error.internal": {"en": "Something went wrong on the server; its log says what."},
    "error.other_data": {
        "en": "{left} and {right} were trained on different data: choose two models of the same data set."
    },
    "error.other_images": {
        "en": "{left} and {right} were tested on different versions of their data set and cannot be compared."
    },
    "error.few_common": {"en": "{left} and {right} have only {n} test images in common, too few to compare them."},
    "error.kind": {"en": "A figure is either a png or a gif."},
    "error.no_reader": {"en": "Nothing here reads factors off the pictures of {name}."},
    "error.network": {"en": "The server does not answer; the page goes on as soon as it does."},
    "error.no_models": {"en": "No checkpoint in {folder} can be opened."},
}

STRINGS |= TRAIN | RUNS


class UserError(Exception):
    """Something that the person at the page can understand: the key of a sentence and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, **values))
        self.key = key
        self.values = {name: shorten(value) for name, value in values.items()}


def shorten(value: object, limit: int = 60) -> object:
    """A value that is safe to repeat in a sentence: whatever was sent to us may be a megabyte long, or NaN."""
    if isinstance(value, int) and abs(value) < 10**9:
        return value
    text = str(value) if isinstance(value, (str, float)) else type(value).__name__
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent back
    return text if len(text) <= limit else text[: limit - 1] + "…"


def say(key: str, language: str = "en", **values: object) -> str:
    """The sentence behind `key`, English where a language lacks it."""
    texts = STRINGS[key]
    return texts.get(language, texts["en"]).format(**{name: shorten(value, 300) for name, value in values.items()})


def table(*prefixes: str, language: str = "en") -> dict[str, str]:
    """key -> text for a component of the page: the keys that start with `common.`, `error.` or one of `prefixes`."""
    wanted = tuple(f"{prefix}." for prefix in ("common", "error", *prefixes))
    return {key: texts.get(language, texts["en"]) for key, texts in STRINGS.items() if key.startswith(wanted)}
