"""What a page is told when something cannot be done: one sentence each."""

ERRORS: dict[str, dict[str, str]] = {
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
