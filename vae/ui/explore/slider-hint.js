// Once, on the first picture, the strongest latent's slider sways, so that the hand follows. It leaves z as picked.

const SECONDS = 2.6;
const STRETCH = 1.4;
const INTERRUPTIONS = ['pointerdown', 'keydown', 'wheel', 'touchstart', 'focusin', 'drop'];

export function hintAtSliders(explorer, element) {
  const asked = new URLSearchParams(location.search);
  const still = asked.has('still') || asked.has('tour') || matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (still || document.hidden) return;
  const {model, picked} = explorer.state;
  const dim = model.kl.indexOf(Math.max(...model.kl));
  if (model.kl[dim] < model.active) return;
  let start = null;
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    for (const name of INTERRUPTIONS) document.removeEventListener(name, stop, true);
    if (start !== null && explorer.state.picked === picked && explorer.state.swaying) explorer.reset();
    explorer.state.swaying = false;
  };
  for (const name of INTERRUPTIONS) document.addEventListener(name, stop, true);
  const step = now => {
    if (stopped) return;
    if (explorer.state.picked !== picked || !element.isConnected) return stop();
    start ??= now;
    const part = (now - start) / 1000 / SECONDS;
    if (part >= 1) return stop();
    explorer.state.swaying = true;
    explorer.setDim(dim, picked.z[dim] + STRETCH * Math.sin(2 * Math.PI * part) * Math.sin(Math.PI * part));
    requestAnimationFrame(step);
  };
  setTimeout(() => requestAnimationFrame(step), 900);
}
