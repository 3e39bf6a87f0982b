// One request in flight and one pending: the newest wins, so a drag never queues up and always ends on its last place.

/**
 * @param send job -> promise of an answer
 * @param apply (answer, job) called unless the job has gone stale
 * @param fail called with an error, unless the job has gone stale or a newer one waits
 * @param idle called when nothing is in flight or pending any more
 */
export function createPump({send, apply, fail, idle = () => {}}) {
  let running = false;
  let current = 0; // the generation of what is in flight
  let pending = null;
  let generation = 0;

  async function run() {
    running = true;
    while (pending) {
      const job = pending;
      pending = null;
      current = job.generation;
      try {
        const answer = await send(job.value);
        if (job.generation === generation) await apply(answer, job.value);
      } catch (error) {
        if (job.generation === generation && !pending) fail(error);
      }
    }
    running = false;
    idle();
  }

  return {
    push(value) {
      pending = {value, generation};
      if (!running) run();
    },
    /** Forget what is pending and drop the answer that is under way: another image or model has been chosen. */
    drop() {
      generation += 1;
      pending = null;
    },
    /** Is an answer to come? One that was dropped is not waited for: without its server it would never come. */
    busy: () => running && (pending !== null || current === generation),
  };
}
