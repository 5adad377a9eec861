import { closingController } from '../../emulator/closing-controller';
import { ExitError } from '../../cli/command-line';
import { BOUNDS } from './bounds';
import { Judge, type Finding, type Requests } from './judge';
import { startSampling } from './sampling';

/** Exit status of a program that found the machine unfit: neither success nor failure. */
const UNFIT_STATUS = 3;

/** The machine was too busy; the message says which measure, its value and its bound. */
export class UnfitMachineError extends ExitError {
  override readonly name = 'UnfitMachineError';

  /** @param failure the error of the run, if the run failed */
  constructor(finding: Finding, failure?: Error) {
    const meanwhile = failure ? `; meanwhile the run failed: ${failure.message}` : '';
    super(`this machine is too busy for a measurement: ${describe(finding)}${meanwhile}`, UNFIT_STATUS);
  }
}

export interface WhileFitOptions<T> {
  /** Counts the requests of the result and their errors. */
  readonly requests: (result: T) => Requests;
  /** True if the program itself takes all cores it can get: then only the share of other processes is judged. */
  readonly saturating?: boolean;
  readonly sampling?: typeof startSampling;
}

/**
 * Runs a measurement and watches the machine meanwhile.
 * @param run must end soon after its signal is aborted; the signal is aborted as soon as the machine is found unfit
 * @throws UnfitMachineError when the machine was unfit, whether `run` succeeded or failed
 */
export async function whileFit<T>(run: (signal: AbortSignal) => Promise<T>, options: WhileFitOptions<T>): Promise<T> {
  const { requests, saturating, sampling = startSampling } = options;
  const judge = new Judge(saturating);
  const unfit = closingController();
  const samples = sampling((interval) => {
    const finding = judge.add(interval);
    if (finding) unfit.abort(new UnfitMachineError(finding));
  });
  const assertFit = async (outcome: Requests, failure?: Error): Promise<void> => {
    await samples.stop();
    const finding = judge.end(outcome);
    if (finding) throw new UnfitMachineError(finding, failure);
  };
  let result: T;
  try {
    result = await run(unfit.signal);
  } catch (error) {
    // A run that fails counts as one failed request. A run that was ended early has not failed.
    await assertFit({ requests: 1, errors: 1 }, unfit.signal.aborted ? undefined : (error as Error));
    throw error;
  }
  await assertFit(requests(result));
  return result;
}

function describe({ measure, value }: Finding): string {
  const { sentence, most, unit } = BOUNDS[measure];
  const text = (number: number): string => (unit === 'share' ? `${(number * 100).toFixed(1)} %` : `${number.toFixed(1)} ms`);
  return `${sentence(text(value))} (bound: ${text(most)})`;
}
