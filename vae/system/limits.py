"""Every limit to what strangers may ask of this program, in one place; what it means for them stands in the README."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MB = 2**20


@dataclass(frozen=True)
class PictureLimits:
    """How much is taken of one's own images.

    Attributes:
        most_images: beyond it an even choice over all files is taken, always the same.
        most_pixels: width times height of one image.
        most_bytes: of a zip as it comes, and of any one file.
        most_unpacked: bytes of all files in a zip together.
        most_files: whether images or not; in a folder, its folders count too.
        fewest_images: that have to be readable.
        most_sets: that are kept of all visitors, see `IMAGE_SETS`.
        most_pixels_of_set: that are decoded of all images together.
        most_seconds_of_set: that reading and decoding all images may take, and one image more, see the next.
        most_seconds_of_image: that reading and decoding one may take.
        most_memory_of_set, most_memory_of_image: bytes that the process may take that does it, see `system.confined`.
        follows_links: in a folder; those of a stranger's might lead anywhere.
    """

    most_images: int = 20_000
    most_pixels: int = 40_000_000
    most_bytes: int = 200_000_000
    most_unpacked: int = 2_000_000_000
    most_files: int = 100_000
    fewest_images: int = 16
    most_sets: int = 40
    most_pixels_of_set: float = 4e9
    most_seconds_of_set: float = 120.0
    most_seconds_of_image: float = 10.0
    most_memory_of_set: int = 4_096 * MB
    most_memory_of_image: int = 2_048 * MB
    follows_links: bool = False


@dataclass(frozen=True)
class RunLimits:
    """What a server grants; times in seconds. An address may hold as many places as it leaves free, see `live.shares`.

    Attributes:
        waiting: runs in the queue of a device.
        per_owner, most_runs: kept of one browser, and of all.
        fresh: for so long nobody else's new work takes the place of what a run has learned.
        owner_begins, address_begins: runs that one browser, and one address, may begin within `begins_within`.
        longest, longest_waited: that a run may have its device, pauses included: alone, and while others wait for it.
        unwatched: until a run that nobody watches stops.
        paused: until a paused run gives way to those who wait.
        silent: until the process of a run that is on is taken to hang.
        answer: that an answer of a worker may take, and the way to the first step of a run.
        ending: that a process may take to end once its run is over.
        forecast: for which a run waits for the end of a forecast.
    """

    waiting: int = 20
    per_owner: int = 6
    most_runs: int = 120
    fresh: float = 7_200.0
    owner_begins: int = 12
    address_begins: int = 40
    begins_within: float = 60.0
    longest: float = 7_200.0
    longest_waited: float = 1_800.0
    unwatched: float = 180.0
    paused: float = 180.0
    silent: float = 60.0
    answer: float = 120.0
    ending: float = 60.0
    forecast: float = 15.0


@dataclass(frozen=True)
class CheckpointLimits:
    """What an uploaded checkpoint may be; a file that the host puts into the folder of checkpoints may be anything.

    Attributes:
        most_bytes: of the file.
        most_head: bytes of all that stands before its tensors, which is parsed before anything else is known.
        most_tensors: that it names; the project's own models have up to 73.
        most_header: characters of its JSON header; those of the project's own models have up to 15,000.
        most_values: channels times height times width of its images: a page draws hundreds of them at a time.
        most_latents: dimensions of its latent space.
        most_codes: encoded images that it may bring.
        most_kept: uploads of all visitors, see `UPLOADED`.
        most_seconds, most_memory: that the process may take that reads it, memory in bytes, see `system.confined`.
        most_decode: seconds of one core that decoding one image may take, and that encoding one may.
        most_cost: multiply-adds of either where the file describes its networks; held to before one of them is made.
    """

    most_bytes: int = 32 * MB
    most_head: int = MB
    most_tensors: int = 500
    most_header: int = 200_000
    most_values: int = 3 * 128 * 128
    most_latents: int = 256
    most_codes: int = 10_000
    most_kept: int = 100
    most_seconds: float = 20.0
    most_memory: int = 1_024 * MB
    most_decode: float = 0.25
    most_cost: int = 250_000_000


@dataclass(frozen=True)
class ShareLimits:
    """Room for what visitors leave.

    Attributes:
        most: items of all visitors.
        of_owner: of one browser, whose oldest go.
        of_address: of one network address, behind which a class may be.
        safe: seconds for which nothing goes for what another browser brings; that one is refused.
    """

    most: int
    of_owner: int
    of_address: int
    safe: float = 7_200.0


@dataclass(frozen=True)
class RequestLimits:
    """What one request may be, and all of them together.

    Attributes:
        most_bytes: of a body, but for an upload's, which is that of the images; a checkpoint of
            `CheckpointLimits.most_bytes` comes as base64.
        most_items: commas and opening brackets of a body: a list of millions takes a hundred times its bytes.
        most_held: bytes of all bodies that are being read; beyond it only those that are `small` are taken.
        stall: seconds that a body may keep the server waiting at first, and between two of its parts.
        least_rate: bytes that a body has to bring in each second from then on.
        upload_rate: bytes a second that all uploads together may bring in: the loop that serves everybody takes them
            apart.
        most_sent, most_sent_files: bytes and number of the uploads that lie about until they are read; they go after
            `sent_age` seconds.
        most_answered, most_answered_files: bytes and number of the pictures that lie about until a program fetches
            them; the oldest go.
        most_sessions: pages of which Gradio keeps a state.
        most_models: of a visitor's, in one question.
        most_rows: of a traversal in one answer, nine pictures each.
        most_steps: pictures in a row, of a program's call.
        most_pictures: in one answer to a program: half a second of one core for 64×64×3.
        most_number: size of a number that is no latent.
        most_latent: |z| beyond it is no place that a prior N(0, 1) or a slider leads to, unless an image lies there.
    """

    most_bytes: int = 48 * MB
    most_items: int = 200_000
    most_held: int = 256 * MB
    small: int = MB
    stall: float = 30.0
    least_rate: int = 10_000
    upload_rate: int = 24 * MB
    most_sent: int = 2_000_000_000
    most_sent_files: int = 20_000
    sent_age: float = 3_600.0
    most_answered: int = 200_000_000
    most_answered_files: int = 2_000
    most_sessions: int = 1_000
    most_models: int = 20
    most_rows: int = 64
    most_steps: int = 64
    most_pictures: int = 576
    most_number: float = 1e6
    most_latent: float = 20.0


@dataclass(frozen=True)
class GraphLimits:
    """What a network may be that comes as data, see `vae.models.graph`; held to before anything is allocated.

    Attributes:
        most_nodes: operations.
        most_values: numbers in one value, with which an operation ends.
        most_weights: numbers in all weights together.
        most_cost: multiply-adds of one input.
        most_cost_in_page: multiply-adds of a picture up to which the page decodes; beyond it the server does. One core
            takes a tenth of a nanosecond for each, half of one where the browser has no SIMD.
    """

    most_nodes: int = 500
    most_values: int = 16_000_000
    most_weights: int = 200_000_000
    most_cost: int = 100_000_000_000
    most_cost_in_page: int = 25_000_000


@dataclass(frozen=True)
class LaneLimits:
    """The queue of one kind of heavy work.

    Attributes:
        places: requests that run at a time. One address may hold `places_of_address` of them, or else all but one.
        of_session, of_address: requests of one client that run or wait; a class stands behind one address.
        waiting: requests of all clients that wait.
        longest: seconds of one core that one request may cost by its estimate.
    """

    places: int
    of_session: int
    of_address: int
    waiting: int
    longest: float
    places_of_address: int | None = None


@dataclass(frozen=True)
class AdmissionLimits:
    """What is heavy, and how much of it at a time, see `vae.ui.server.admission`.

    Attributes:
        quick: seconds of one core up to which a request never waits.
        held_back: seconds after which one that is refused is told so, or who asks again at once would cost a core.
        lanes: of pictures, figures and lessons (compute), of questions to the process that forecasts trainings
            (forecast), of a visitor's own images (images), of the Model Context Protocol (tools), and of files on their
            way (upload).
        programs_of_session, programs_of_address, programs: calls of the API that are not answered yet.
    """

    quick: float = 0.03
    held_back: float = 1.0
    lanes: Mapping[str, LaneLimits] = field(
        default_factory=lambda: {
            "compute": LaneLimits(places=2, of_session=16, of_address=200, waiting=500, longest=30.0),
            "forecast": LaneLimits(places=1, of_session=3, of_address=100, waiting=200, longest=120.0),
            "images": LaneLimits(places=1, of_session=8, of_address=100, waiting=200, longest=600.0),
            "tools": LaneLimits(places=8, of_session=16, of_address=16, waiting=64, longest=30.0),
            # A place costs a connection alone: what all of them together bring in is bounded by `upload_rate`.
            "upload": LaneLimits(
                places=32, places_of_address=8, of_session=100, of_address=100, waiting=200, longest=600.0
            ),
        }
    )
    programs_of_session: int = 16
    programs_of_address: int = 30
    programs: int = 300


PICTURES = PictureLimits()
HOST_PICTURES = replace(  # of the host's own, whose time is the host's own too
    PICTURES, most_pixels_of_set=math.inf, most_seconds_of_set=math.inf, follows_links=True
)
RUNS = RunLimits()
CHECKPOINTS = CheckpointLimits()
REQUESTS = RequestLimits()
ADMISSION = AdmissionLimits()
GRAPHS = GraphLimits()
UPLOADED_GRAPHS = replace(  # two bytes a weight
    GRAPHS, most_values=4_000_000, most_weights=CHECKPOINTS.most_bytes // 2, most_cost=CHECKPOINTS.most_cost
)
UPLOADED = ShareLimits(CHECKPOINTS.most_kept, of_owner=10, of_address=80)
IMAGE_SETS = ShareLimits(PICTURES.most_sets, of_owner=8, of_address=32)

# From and to of the numbers that are chosen before a training.
TRAINING: dict[str, tuple[float, float]] = {
    "beta": (0, 1_000),
    "gamma": (0, 10_000),
    "capacity": (0, 200),
    "latent_dim": (1, 64),
    "width": (4, 64),
    "lr": (1e-5, 0.1),
    "batch_size": (8, 512),
    "seed": (0, 2**31 - 1),
    "seconds": (5, int(RUNS.longest)),
    "epochs": (0.01, 1_000),
    "steps": (1, 2_000_000),
}
MOST_MOMENTS = 100  # of a run that can be gone back to
OPEN_MODELS = 16  # kept in memory: all that are shipped, some 30 MB each with their thumbnails


def rows() -> list[tuple[str, str]]:
    """The limits in words and numbers, as the table in the README shows them."""

    compute = ADMISSION.lanes["compute"]
    heavy = f"{compute.places}; {compute.of_session}, {compute.of_address}"

    def mb(size: float) -> str:
        return f"{size / MB:,.0f} MB" if size % MB == 0 else f"{size / 1e6:,.0f} MB"

    begins = f"{RUNS.owner_begins:,} and {RUNS.address_begins:,}"
    return [
        ("a zip of one's own images, or any one file in it", mb(PICTURES.most_bytes)),
        ("all files of a zip, unpacked", mb(PICTURES.most_unpacked)),
        ("files in a zip or folder", f"{PICTURES.most_files:,}"),
        ("images used of them, an even choice", f"{PICTURES.most_images:,}"),
        ("pixels of one image", f"{PICTURES.most_pixels:,}"),
        ("pixels decoded of a set of images", f"{PICTURES.most_pixels_of_set:,.0f}"),
        ("seconds to read a set of images", f"{PICTURES.most_seconds_of_set:,.0f}"),
        ("seconds to read one image, beyond those of its set too", f"{PICTURES.most_seconds_of_image:g}"),
        ("memory to read a set of images", mb(PICTURES.most_memory_of_set)),
        ("memory to read one image that a program sends", mb(PICTURES.most_memory_of_image)),
        ("sets of images kept, of all visitors", f"{PICTURES.most_sets:,}"),
        ("of them of one browser, and from one network address", f"{IMAGE_SETS.of_owner}, {IMAGE_SETS.of_address}"),
        ("an uploaded checkpoint", mb(CHECKPOINTS.most_bytes)),
        ("its images: channels × height × width", f"{CHECKPOINTS.most_values:,}"),
        ("its latents", f"{CHECKPOINTS.most_latents:,}"),
        ("its encoded images", f"{CHECKPOINTS.most_codes:,}"),
        ("seconds to read it", f"{CHECKPOINTS.most_seconds:g}"),
        ("memory to read it", mb(CHECKPOINTS.most_memory)),
        ("seconds of one core to decode one of its images, or to encode one", f"{CHECKPOINTS.most_decode:g}"),
        ("multiply-adds of either, where it describes its networks", f"{CHECKPOINTS.most_cost:,}"),
        ("uploaded checkpoints kept, of all visitors", f"{CHECKPOINTS.most_kept:,}"),
        ("of them of one browser, and from one network address", f"{UPLOADED.of_owner}, {UPLOADED.of_address}"),
        ("either is safe from others' new ones for", f"{UPLOADED.safe / 3600:g} hours"),
        ("runs kept of one browser", f"{RUNS.per_owner:,}"),
        ("runs kept of all", f"{RUNS.most_runs:,}"),
        ("what a run has learned makes room for others' runs after", f"{RUNS.fresh / 3600:g} hours"),
        ("runs begun within a minute, by one browser and by one address", begins),
        ("runs that wait for a device", f"{RUNS.waiting:,}"),
        ("a training has its device for at most", f"{RUNS.longest / 60:g} minutes"),
        ("the same while others wait for the device", f"{RUNS.longest_waited / 60:g} minutes"),
        ("a training whose process says nothing is ended after", f"{RUNS.silent:g} seconds"),
        ("a run that nobody watches stops after", f"{RUNS.unwatched / 60:g} minutes"),
        ("a paused run gives way to others after", f"{RUNS.paused / 60:g} minutes"),
        ("a training, in seconds", f"{TRAINING['seconds'][1]:,}"),
        ("a training, in steps", f"{TRAINING['steps'][1]:,}"),
        ("images in a batch", f"{TRAINING['batch_size'][1]:,}"),
        ("latents of a training", f"{TRAINING['latent_dim'][1]:,}"),
        ("moments kept of a run", f"{MOST_MOMENTS:,}"),
        ("the body of a request that is no upload", mb(REQUESTS.most_bytes)),
        ("uploads that nobody has read yet, all together", mb(REQUESTS.most_sent)),
        ("what uploads of all visitors bring in a second", mb(REQUESTS.upload_rate)),
        ("heavy requests at a time; of one page and one network address, with those that wait", heavy),
        ("calls of programs that are not answered yet, of one network address", f"{ADMISSION.programs_of_address:,}"),
        ("pictures in one answer to a program", f"{REQUESTS.most_pictures:,}"),
        ("answers to programs that nobody has fetched yet, all together", mb(REQUESTS.most_answered)),
        ("an upload that nobody has read goes after", f"{REQUESTS.sent_age / 3600:g} hour"),
        ("models open at a time", f"{OPEN_MODELS:,}"),
    ]


def table() -> str:
    """`rows` in Markdown."""
    return "\n".join(["| limit | default |", "|---|---|", *(f"| {words} | {number} |" for words, number in rows())])
