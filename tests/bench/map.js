// What the bench of the map does in the page: a map of normal points in ten classes, drawn as either checkout does.
({
  /** Make window.show(count) and window.draw() of the page's own modules. */
  async make([modules, width, height]) {
    const part = document.createElement('div');
    part.className = 'lse-part';
    part.id = 'bench';
    part.innerHTML = `<div class="lse-stage" style="width:${width}px;height:${height}px"></div>`;
    document.querySelector('#explore .lse-explore').prepend(part);
    const stage = part.firstChild;
    const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    const places = count => ({x: Float32Array.from({length: count}, normal), y: Float32Array.from({length: count}, normal)});
    const classes = count => ({
      key: 'class',
      kind: 'discrete',
      names: [...'0123456789'],
      colours: Array(10).fill('#3f90da'),
      codes: Uint8Array.from({length: count}, (_, i) => i % 10),
    });
    const scatter = modules['kit/js/scatter/scatter'];
    if (scatter) {
      const made = scatter.createScatter(part, stage, {});
      window.show = count => made.show({...places(count), column: classes(count), titles: null, key: count, name: 'bench'});
      window.draw = () => made.draw();
      return;
    }
    const plot = modules['kit/js/scatter/plot'].createPlot(stage, () => {});
    window.show = count => {
      const points = {...places(count), hidden: new Uint8Array(count)};
      return plot.show({points, column: classes(count), titles: null, key: count});
    };
    window.draw = () => plot.draw();
  },

  /** Milliseconds of so many drawings. */
  draws([count, rounds]) {
    window.show(count);
    return Array.from({length: rounds}, () => {
      const started = performance.now();
      window.draw();
      return performance.now() - started;
    });
  },

  /** Begin to note when frames are drawn. */
  watch() {
    window.drawn = [];
    const step = now => {
      window.drawn.push(now);
      window.watching = requestAnimationFrame(step);
    };
    window.watching = requestAnimationFrame(step);
  },

  /** Milliseconds between those frames. */
  watched() {
    cancelAnimationFrame(window.watching);
    return window.drawn.slice(1).map((now, i) => now - window.drawn[i]);
  },
})
