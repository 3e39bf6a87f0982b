"""What a person does and sees in the tabs, as functions of a Playwright page."""

import base64
import io
import time
from urllib.parse import urlparse

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from scipy.spatial import cKDTree

from vae.ui.models.payload import first_row

PATIENCE = 60_000  # ms that anything may take on a busy machine; Playwright's own are 5 and 30 s
PARTS = ("train-curves", "train-kl", "train-map", "train-samples")  # of a run
# Words of Learn's drawings that leave them.
CUT = """() => [...document.querySelectorAll('#learn svg text')].filter(text => {
  const [box, around] = [text, text.ownerSVGElement].map(part => part.getBoundingClientRect());
  return box.left < around.left - 1 || box.right > around.right + 1 || box.top < around.top - 1
    || box.bottom > around.bottom + 1;
}).map(text => text.textContent)"""
# Before a page's own scripts: its workers are at hand, to end them.
WORKERS = """window.workers = [];
const Own = Worker;
window.Worker = class extends Own { constructor(...all) { super(...all); workers.push(this); } };"""
# The pixels of a canvas, or of a drawn picture's, as one text: Playwright wraps every number of a list by itself.
PACKED = """canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), parts = [];
  for (let at = 0; at < data.length; at += 32768) parts.push(String.fromCharCode(...data.subarray(at, at + 32768)));
  return [canvas.height, canvas.width, btoa(parts.join(''))];
}"""
# Those of the picture that is a part's background.
PAINTED = f"""async part => {{
  const picture = new Image();
  picture.src = getComputedStyle(part).backgroundImage.slice(5, -2);
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  return ({PACKED})(canvas);
}}"""

# The page's own modules, as a promise: name -> what that one exports.
MODULES = r"""import(performance.getEntriesByType('resource').map(entry => entry.name)
  .find(name => /explorer-[0-9a-f]+\.js/.test(name))).then(({modules}) => modules)"""


def offered(name):
    """A part of the page that offers itself under that name, as a promise."""
    return f"{MODULES}.then(modules => modules['kit/js/tour-registry'].offered('{name}'))"


def pixels_of(page, points, part="map"):
    """Window pixels (N, 2) of points of a map."""
    pixels = page.evaluate(
        """([part, points]) => { const dots = document.querySelector(`#${part} .lse-dots`);
          const r = dots.getBoundingClientRect();
          const [x, y] = [dots.dataset.x, dots.dataset.y].map(range => range.split(' ').map(Number));
          return points.map(([atX, atY]) =>
            [r.left + r.width * (atX - x[0]) / (x[1] - x[0]), r.top + r.height * (y[1] - atY) / (y[1] - y[0])]); }""",
        [part, np.asarray(points, float).tolist()],
    )
    return np.array(pixels)


def pixel_of(page, xy):
    """Window pixel of a point of the map."""
    return pixels_of(page, [xy])[0].tolist()


def lonely(xy, rows):
    """Rows sorted by the distance to their nearest neighbour among `rows`, the loneliest first."""
    chosen = xy[rows].astype(float)
    _, distance = cKDTree(chosen).query(chosen, k=2)[0].T  # the nearest of all is the point itself
    return [rows[i] for i in np.argsort(-distance)]


def shown(page, role):
    """Pixels (H, W, C) of one of the inspector's pictures."""
    source = page.get_attribute(f"#inspector img[data-role={role}]", "src")
    image = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))
    array = np.asarray(image)
    if array.ndim == 2:
        return array[:, :, None]
    grey = (array[:, :, :3] == array[:, :, :1]).all()  # the page's own pictures are RGBA, whatever they show
    return array[:, :, : 1 if grey else 3]


def canvas_pixels(page, part):
    """Pixels (H, W, 4) of a canvas of the page."""
    return unpacked(page.eval_on_selector(part, PACKED))


def background_pixels(page, part):
    """Pixels (H, W, 4) of what a part of the page has as its background."""
    return unpacked(page.eval_on_selector(part, PAINTED))


def unpacked(answer):
    height, width, text = answer
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)


def chw(tensor):
    return tensor.numpy().transpose(1, 2, 0)


def z_of(page, dims):
    return [float(page.eval_on_selector(f"#sliders input[data-dim='{dim}']", "e => e.value")) for dim in range(dims)]


def set_slider(page, dim, value):
    page.eval_on_selector(
        f"#sliders input[data-dim='{dim}']",
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )


def strongest(opened):
    return int(np.argmax(opened.model.stats["kl"]))


def hover(page, opened, row):
    x, y = pixel_of(page, opened.model.maps[first_map(opened)][row])
    page.mouse.move(x - 60, y - 40)
    page.mouse.move(x, y)
    page.wait_for_selector(f"#map .lse-card[data-index='{int(opened.model.index[row])}']:not([hidden])")
    return x, y


def first_map(opened):
    return "umap" if "umap" in opened.model.maps else "pca"


def card_error(page, image):
    """Mean difference of the hover card's pixels from an image, in grey levels."""
    pixels = canvas_pixels(page, "#map .lse-card canvas")[:, :, :3].astype(float)
    return np.abs(pixels - chw(image).astype(float)).mean()


def answered(function, answer, status=200):
    """What a page is to be routed by, so that a server function seems to give that answer."""

    def route(request):
        asked = f'"fn_name":"{function}"' in (request.request.post_data or "")
        request.fulfill(json=answer, status=status) if asked else request.fallback()

    return "**/component_server/", route


def held_back(function, held):
    """What a page is to be routed by, so that calls of a server function wait in `held`."""

    def route(request):
        asked = f'"fn_name":"{function}"' in (request.request.post_data or "")
        held.append(request) if asked else request.fallback()

    return "**/component_server/", route


# What axe-core is asked for. It need not read all style sheets once more, and media: no rule that applies here asks.
AXE = {"resultTypes": ["violations"], "preload": False}


def violations(page, part=None):
    """What breaks a rule of axe-core in the whole page or a part of it: rule, place and reason in one line each."""
    axe = Axe("0") if page.evaluate("'axe' in window") else Axe()  # half a megabyte, to be read but once
    found = axe.run(page, context=part, options=AXE).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}) {node['target']}: {[said['message'] for said in node['any'] + node['all']]}"
        for rule in found
        for node in rule["nodes"]
    ]


def cut(page):
    """Texts of the Learn tab's drawings that cannot be read whole."""
    return page.evaluate(CUT)


def came(page, things):
    """The first of what the page's events put into a list, once it is there."""
    end = time.monotonic() + PATIENCE / 1000
    while not things:
        assert time.monotonic() < end, "it did not come in time"
        page.wait_for_timeout(10)
    return things[0]


def frames(page, count=5):
    """Waits until the page has been drawn so often: what moves has moved by then."""
    page.evaluate(
        "count => new Promise(done => { const next = () => count-- ? requestAnimationFrame(next) : done(); next(); })",
        count,
    )


def at_rest(page):
    """Nothing is pointed at, focused or scrolled to, as after opening."""
    page.mouse.move(0, 0)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")


def open_anew(page, opened):
    """Open a model in Explore on the image that it opens on by itself; the page would stay with the present one."""
    page.click("button[role=tab][data-tab-id=explore]")
    page.evaluate(
        f"""([model, image]) => {offered("explorer")}.then(explorer => {{
          const moved = explorer.state.picked.index !== image;
          explorer.openAt(model, {{arrive: () => moved && explorer.pick(image)}});
        }})""",
        [opened.name, int(opened.model.index[first_row(opened)])],
    )
    page.wait_for_selector("#map .lse-opening", state="hidden")
    at_rest(page)
    settled(page)


def leaves(address: str) -> bool:
    parts = urlparse(address)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


def without_plotly(page) -> None:
    """A page that may not fetch Plotly: a second of work that most tests do not need."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.setBlockedURLs", {"urls": ["*/plotly-*.js"]})


# Gradio's sign of loading goes on counting seconds when it has long gone, sixty times a second: a tenth of a core.
FORGOTTEN = r"""(frame => {
  const counts = /performance\.now\(\)-[^;]*1e3/;
  window.requestAnimationFrame = callback => (counts.test(callback) ? 0 : frame.call(window, callback));
})(window.requestAnimationFrame)"""


def without_forgotten_timers(page) -> None:
    """A page that rests while nothing happens on it."""
    page.add_init_script(FORGOTTEN)


def settled(page) -> None:
    """Every part is drawn."""
    for part in ("map", "inspector", "sliders", "lattice", "traversal", "doctor", "information"):
        page.wait_for_selector(f"#{part}[data-ready='1']", state="attached")


CHOOSE = """(field, value) => {
  field.value = value;
  field.dispatchEvent(new Event('input', {bubbles: true}));
}"""


def begin_training(page, preset="beta", budget=1_000_000, parts=PARTS, glides=False):
    """Open the tab, choose the digits, and press start; returns once the run is under way and the parts are drawn.

    The map `glides` from look to look, sixty times a second, only where that is of the test.
    """
    page.emulate_media(reduced_motion="no-preference" if glides else "reduce")
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    page.select_option("#train-dataset", "digits")
    page.click(f"#train-preset [data-preset={preset}]")
    page.select_option("[data-choice=unit]", "steps")
    # A small network: its steps and looks cost little, and as long as the test lasts it makes them.
    for choice, value in (("width", 4), ("budget", budget)):
        page.eval_on_selector(f"[data-choice={choice}]", CHOOSE, str(value))
    page.click("#train-start")
    run_state(page, "running")
    drawn_run(page, parts)


def run_state(page, *wanted):
    page.wait_for_selector(", ".join(f"#train-status[data-state={each}]" for each in wanted))


def drawn_run(page, parts=PARTS):
    for part in parts:
        page.wait_for_selector(f"#{part}[data-ready='1']")
