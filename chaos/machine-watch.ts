import { Judge, type Finding } from '../bench/fitness/judge';
import { startSampling } from '../bench/fitness/sampling';

export interface Watched<T> {
  readonly result: T;
  /** How other processes kept the machine from its work, if they did. */
  readonly unfit: Finding | undefined;
}

/**
 * Watches the machine while the lab runs. A busy machine does not end the run, as it ends a measurement: most of what the lab looks for
 * shows on a busy machine too. Only an answer that comes late says nothing there.
 */
export async function watchingTheMachine<T>(run: () => Promise<T>): Promise<Watched<T>> {
  const judge = new Judge();
  let unfit: Finding | undefined;
  const samples = startSampling((interval) => (unfit ??= judge.add(interval)));
  try {
    return { result: await run(), unfit };
  } finally {
    await samples.stop();
  }
}
