// The forecast of vae/evaluation/forecast.py a second time, for a slider that cannot wait for the server.

/** What a linear VAE does with these eigenvalues at a threshold beta·sigma²: how many latents wake, and their nats. */
export function forecast(eigenvalues, threshold) {
  const awake = eigenvalues.filter(value => value > threshold);
  return {count: awake.length, nats: awake.reduce((sum, value) => sum + Math.log(value / threshold) / 2, 0)};
}
