/** Makes a latency profile of samples. What cannot be measured keeps the figure of the built-in profile, with its own basis. */
import { AWS_LATENCY, type LatencyFigure, type LatencyFigures } from '../../emulator/latency/aws-latency';
import { logNormalOf } from '../../emulator/latency/latency-profile';
import { LARGE_MB, STREAM_PERIOD_MS, type Measurable, type Samples } from './samples';
import { isAboveChance, mean, median, percentile99 } from './statistics';

/** From this many samples on, the slowest of them says something about the tail. */
const ENOUGH_FOR_P99 = 20;
/** The times until a row is read vary by a quarter of a second. With fewer samples, their mean says nothing of what is added. */
const ENOUGH_FOR_STREAM = 30;
const SMALLEST_MS = 0.1;

export interface ProfileOptions {
  /** What was measured: `dev`. */
  readonly environment: string;
  readonly at: Date;
}

/** How each operation is measured, for the figure's source. */
const HOW: Readonly<Record<Measurable, string>> = {
  'gateway to function':
    "a visitor's wait for the answer that no such tunnel exists, less the function's duration and the time of a TCP connect: the way through the gateway in both directions",
  'DynamoDB read': 'spans of the calls, in warm functions',
  'DynamoDB write': 'spans of the calls, in warm functions',
  PostToConnection: 'spans of the calls, in warm functions: until the reply, which may be before or after the client has the message',
  'WebSocket connect': 'spans of wake sockets, from the handshake until it is accepted',
  'MOCK route': 'spans of the wake channel: from hello until its answer',
  PutEvents: 'spans of the calls, in warm functions',
  'bus to target': "from the middle of PutEvents to the start of the target's segment",
  'stream read': `from the middle of a row's update to the start of process-stream's segment, less ${STREAM_PERIOD_MS / 2} ms, the mean wait for a read`,
  'S3 read': 'spans of GetObject, in warm functions',
  'S3 write': 'spans of PutObject with bodies below 30 KB, in warm functions',
  'S3 transfer of 1 MB': `spans of PutObject with bodies of ${LARGE_MB} MB, less the median of small ones, by size`,
  'cold start': "from the start of Lambda's segment to the start of Initialization",
};

export function profileOf(samples: Samples, options: ProfileOptions): LatencyFigures {
  const measured = (Object.keys(HOW) as Measurable[]).map((operation) => [
    operation,
    figureOf(operation, samples[operation] ?? [], options),
  ]);
  return { ...AWS_LATENCY, ...(Object.fromEntries(measured) as Record<Measurable, LatencyFigure>) };
}

/** The content of the file. On AWS a function has its memory's share of a core; the local cloud has it only under some profiles. */
export function profileText({ environment, figures }: { readonly environment: string; readonly figures: LatencyFigures }): string {
  return `${JSON.stringify({ ...(environment !== 'local' && { cpuShare: true }), ...figures }, undefined, 2)}\n`;
}

function figureOf(operation: Measurable, samples: readonly number[], { environment, at }: ProfileOptions): LatencyFigure {
  const builtIn: LatencyFigure = AWS_LATENCY[operation];
  const medianMs = medianOf(operation, samples, builtIn);
  if (medianMs === undefined) return builtIn;
  const hasTail = samples.length >= ENOUGH_FOR_P99 && operation !== 'stream read';
  const p99Ms = hasTail ? percentile99(samples) : (medianMs * builtIn.p99Ms) / builtIn.medianMs;
  const count = samples.length === 1 ? '1 sample' : `${samples.length} samples`;
  const tail = !hasTail
    ? `the tail is not measured: p99 is as far from the median as in the built-in profile`
    : samples.length < 100
      ? 'p99 is the slowest sample'
      : 'p99 is that of the samples';
  return {
    medianMs: rounded(medianMs),
    p99Ms: Math.max(rounded(p99Ms), rounded(medianMs)),
    basis: 'measured',
    source: `npm run probe of ${environment} on ${at.toISOString().slice(0, 10)}, ${count}: ${HOW[operation]}; ${tail}`,
  };
}

/** Undefined when the samples tell nothing. */
function medianOf(operation: Measurable, samples: readonly number[], builtIn: LatencyFigure): number | undefined {
  if (operation === 'stream read') return streamMedian(samples, builtIn);
  if (operation === 'S3 transfer of 1 MB' && !isAboveChance(samples)) return undefined;
  const found = median(samples);
  return found > 0 ? found : undefined;
}

/** The median of what is added to the wait for a read. */
function streamMedian(samples: readonly number[], builtIn: LatencyFigure): number | undefined {
  const added = samples.map((ms) => ms - STREAM_PERIOD_MS / 2);
  if (samples.length < ENOUGH_FOR_STREAM || !isAboveChance(added)) return undefined;
  // The mean of a log-normal is above its median, by what its spread says.
  const { sigma } = logNormalOf(builtIn);
  return mean(added) / Math.exp(sigma ** 2 / 2);
}

const rounded = (ms: number): number => Math.max(SMALLEST_MS, Math.round(ms * 10) / 10);
