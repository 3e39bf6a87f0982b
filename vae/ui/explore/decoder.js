// Who decodes: the page, once the network is here and as long as its worker lives, else the server.

import {onBack} from '../kit/js/connection.js';
import {Unavailable, pieces} from '../kit/js/networks.js';

/**
 * @param networks of kit/js/networks
 * @param changed told {where: "page" or "server", why: "page", or "large", "coming", "failed"} whenever that changes
 */
export function createDecoder(networks, changed) {
  let model = null;
  let why = 'large';
  let loading = null; // the model whose network is under way

  function become(reason) {
    if (reason === why) return;
    why = reason;
    changed(standing());
  }
  const standing = () => ({where: why === 'page' ? 'page' : 'server', why});

  networks.onDeath(() => model?.decoder && become('failed'));
  onBack(() => {
    if (why !== 'failed' || !networks.alive()) return; // it may have failed with the server
    become('coming');
    load();
  });

  async function load() {
    const opened = model;
    if (why !== 'coming' || loading === opened) return;
    loading = opened;
    try {
      await networks.load(opened.decoder.file);
      if (model === opened) become('page');
    } catch (error) {
      gaveUp(error, opened);
    } finally {
      if (loading === opened) loading = null;
    }
  }

  function gaveUp(error, opened) {
    if (!(error instanceof Unavailable)) throw error;
    if (model === opened) become('failed');
  }

  /** What `act(model)` gives where the page decodes; otherwise, and where the page fails at it, what `server(model)` does. */
  async function decoded(act, server) {
    const opened = model;
    if (why === 'page') {
      try {
        return await act(opened);
      } catch (error) {
        gaveUp(error, opened);
      }
    }
    return server(opened);
  }

  return {
    standing,
    decoded,
    open(overview) {
      model = overview;
      why = !overview.decoder ? 'large' : networks.alive() ? 'coming' : 'failed';
      changed(standing());
    },
    /** Fetch the network of the model, if the page can decode it and has not got it: nothing waits for that. */
    load,
    /** {pixels, width, height} of z. */
    decode: ({decoder}, z) => networks.decode(decoder.file, [z]),
    /** The same of many codes, see `pieces` of kit/js/networks. */
    pieces: ({decoder}, zs) => pieces(networks, decoder, zs),
  };
}
