// Many files as one zip, uncompressed: pictures are compressed already.

const TABLE = Uint32Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** A record of [bytes, value] fields, little endian. */
function record(fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return view.buffer;
}

/**
 * A zip of [{path, file}], as a Blob. Names are UTF-8 (flag 2048); times are left at 1 January 1980.
 * After PKWARE's APPNOTE.TXT, 4.3.7 (local headers), 4.3.12 (central directory), 4.3.16 (its end).
 */
export async function zipped(entries) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const {path, file} of entries) {
    const name = new TextEncoder().encode(path);
    const sum = crc32(new Uint8Array(await file.arrayBuffer()));
    const common = [[2, 20], [2, 2048], [2, 0], [2, 0], [2, 33], [4, sum], [4, file.size], [4, file.size], [2, name.length], [2, 0]];
    const head = record([[4, 0x04034b50], ...common]);
    parts.push(head, name, file);
    directory.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
    offset += head.byteLength + name.length + file.size;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]]);
  return new Blob([...parts, ...directory, end], {type: 'application/zip'});
}
