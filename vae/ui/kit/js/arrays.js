// Arrays travel as base64 of little-endian bytes.

function bytes(base64) {
  const text = atob(base64);
  const array = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) array[i] = text.charCodeAt(i);
  return array;
}

export const uint8 = base64 => bytes(base64);
export const float32 = base64 => new Float32Array(bytes(base64).buffer);
export const int32 = base64 => new Int32Array(bytes(base64).buffer);

/** A data URI as a blob address, so that the browser may drop and decode it again as it likes. */
export function blobAddress(uri) {
  const [head, body] = uri.split(',', 2);
  return URL.createObjectURL(new Blob([bytes(body)], {type: head.slice(5, head.indexOf(';'))}));
}

/** One of the values at random, another than the one that is there, so that whoever asks for one sees one. */
export function another(values, there) {
  const others = values.filter(value => value !== there);
  return others.length ? others[Math.floor(Math.random() * others.length)] : there;
}

/** The index of the value that is nearest to `wanted`. */
export function nearest(values, wanted) {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(value - wanted) < Math.abs(values[best] - wanted)) best = i;
  });
  return best;
}
