// What a map shows of its plane: a range of each axis, one scale for both, and what moves them. Nothing is drawn here.

const SHARE = 0.95; // of the area that the points fill where all of them are shown
const FURTHEST = 2; // times as much as that is the most that can be shown
const CLOSEST = 1e-4; // and so many times as much the least

/** {x: [low, high], y: [low, high]} of the points that have a place, or null where none has. */
export function extent({x, y}) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i] + y[i])) continue;
    if (x[i] < left) left = x[i];
    if (x[i] > right) right = x[i];
    if (y[i] < bottom) bottom = y[i];
    if (y[i] > top) top = y[i];
  }
  return left <= right ? {x: [left, right], y: [bottom, top]} : null;
}

const middle = ([low, high]) => (low + high) / 2;
const length = ([low, high]) => high - low;
const around = (centre, span) => [centre - span / 2, centre + span / 2];

/** The view in which an extent fills an area of {width, height} pixels; points that lie in one place, a unit around it. */
export function home(box, {width, height}) {
  const {x, y} = box ?? {x: [0, 0], y: [0, 0]};
  const scale = Math.min(width / length(x), height / length(y)); // pixels a unit
  const unit = Number.isFinite(scale) ? SHARE * scale : Math.min(width, height);
  return {x: around(middle(x), width / unit), y: around(middle(y), height / unit)};
}

/** The same view in an area of another shape: its middle and what it shows across stay. */
export const reshaped = ({x, y}, {width, height}) => ({x, y: around(middle(y), (length(x) * height) / width)});

/** As near again by a factor, so that the place [x, y] stays where it is. */
export function zoomed({x, y}, factor, [atX, atY] = [middle(x), middle(y)]) {
  const toward = (range, at) => range.map(end => at + (end - at) / factor);
  return {x: toward(x, atX), y: toward(y, atY)};
}

/** Shifted by so much of the data. */
export const shifted = ({x, y}, dx, dy) => ({x: x.map(end => end + dx), y: y.map(end => end + dy)});

/** The widest ranges that a map with that home may show. */
export const bounds = ({x, y}) => ({x: around(middle(x), FURTHEST * length(x)), y: around(middle(y), FURTHEST * length(y))});

/** The view moved inside of the bounds of that home, shrunk first where it is wider, widened where it is too close. */
export function bounded(view, whole) {
  const limit = bounds(whole);
  const wide = Math.max(length(view.x) / length(limit.x), length(view.y) / length(limit.y));
  const {x, y} = wide > 1 ? zoomed(view, wide) : wide < CLOSEST ? zoomed(view, wide / CLOSEST) : view;
  const into = (range, [low, high]) => {
    const shift = Math.max(0, low - range[0]) + Math.min(0, high - range[1]);
    return shift ? range.map(end => end + shift) : range;
  };
  return {x: into(x, limit.x), y: into(y, limit.y)};
}

/** Do two views show the same, to a thousandth of what they show? */
export function same(one, other) {
  const near = axis => one[axis].every((end, i) => Math.abs(end - other[axis][i]) < length(one[axis]) / 1000);
  return near('x') && near('y');
}

/** Between places of the data and pixels of an area {left, top, width, height} that shows a view. */
export function projected({x, y}, {left, top, width, height}) {
  const [across, up] = [width / length(x), height / length(y)];
  return {
    toPixel: (atX, atY) => [left + (atX - x[0]) * across, top + (y[1] - atY) * up],
    toData: (px, py) => [x[0] + (px - left) / across, y[1] - (py - top) / up],
    inside: (px, py) => px >= left && px <= left + width && py >= top && py <= top + height,
    perPixel: 1 / across,
  };
}
