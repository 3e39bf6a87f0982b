// What the bench does in the page, timed by the page's own clock.
({
  /** What shows that a picture is another one: its address, or a hash of a canvas. */
  shown(picture) {
    if (picture?.tagName !== 'CANVAS') return picture?.src;
    const {data} = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height);
    return new Int32Array(data.buffer).reduce((hash, pixel) => (Math.imul(hash, 31) + pixel) | 0, 7);
  },

  /** A move of the slider until the picture that answers it is decoded; then the next, `count` times: milliseconds. */
  async moves([slider, image, count]) {
    const input = document.querySelector(slider);
    const find = () => document.querySelector(image);
    const times = [];
    for (let i = 0; i < count + 3; i++) {
      const before = this.shown(find());
      const started = performance.now();
      input.value = (i % 2 ? 1 : -1) * (0.5 + 2 * ((i * 0.618034) % 1)); // never near the last: a rival rounds to 0.01
      input.dispatchEvent(new Event('input', {bubbles: true}));
      while (!find() || this.shown(find()) === before) {
        await new Promise(done => setTimeout(done, 1));
        if (performance.now() - started > 5000) throw new Error('no picture in five seconds');
      }
      await find().decode?.().catch(() => {}); // replaced by a newer one
      if (i >= 3) times.push(performance.now() - started);
      await new Promise(done => setTimeout(done, 30));
    }
    return times;
  },

  /** The slider moves with every frame, within its own bounds; how many different pictures a second arrive. */
  async drag([slider, image, seconds]) {
    const input = document.querySelector(slider);
    const find = () => document.querySelector(image);
    const [low, high] = [input.min, input.max].map(Number);
    let [pictures, frames, last] = [0, 0, this.shown(find())];
    const watch = setInterval(() => {
      const now = this.shown(find());
      if (now !== last) pictures++;
      last = now;
    }, 2);
    const started = performance.now();
    await new Promise(done => {
      const step = () => {
        const at = (performance.now() - started) / 1000;
        if (at > seconds) return done();
        frames++;
        input.value = (low + high) / 2 + 0.45 * (high - low) * Math.sin(at * 2);
        input.dispatchEvent(new Event('input', {bubbles: true}));
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
    const took = (performance.now() - started) / 1000;
    clearInterval(watch);
    return {pictures: pictures / took, frames: frames / took};
  },

  /** Clicks on places of the map (data units) until the picked image is decoded, 220 ms of waiting for a second click included. */
  async clicks(places) {
    const stage = document.querySelector('#map .lse-stage');
    const dots = document.querySelector('#map .lse-dots');
    const inspector = document.querySelector('#inspector');
    const image = inspector.querySelector('img[data-role=original]');
    const times = [];
    for (const [x, y] of places) {
      const {left, top, width, height} = dots.getBoundingClientRect();
      const [across, up] = [dots.dataset.x, dots.dataset.y].map(range => range.split(' ').map(Number));
      const clientX = left + (width * (x - across[0])) / (across[1] - across[0]);
      const clientY = top + (height * (up[1] - y)) / (up[1] - up[0]);
      const before = inspector.dataset.index;
      const started = performance.now();
      for (const [Kind, name] of [[PointerEvent, 'pointerdown'], [MouseEvent, 'click']]) {
        stage.dispatchEvent(new Kind(name, {clientX, clientY, bubbles: true, pointerType: 'mouse'}));
      }
      while (inspector.dataset.index === before && performance.now() - started < 3000) {
        await new Promise(done => setTimeout(done, 1));
      }
      await image.decode();
      if (inspector.dataset.index !== before) times.push(performance.now() - started);
      await new Promise(done => setTimeout(done, 250));
    }
    return times;
  },
})
