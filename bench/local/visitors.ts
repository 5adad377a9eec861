import autocannon from 'autocannon';
import { TimeHistogram } from '../histogram';

/** Time-out of a visitor, in seconds; the visitor then asks again. The value is autocannon's default. */
const PATIENCE_SECONDS = 10;
/** How often autocannon checks whether the run is over, in ms. */
const SAMPLE_MS = 100;

/** What visitors saw. */
export interface Visit {
  readonly concurrent: number;
  /** How long requests were sent, in seconds. */
  readonly seconds: number;
  readonly requests: number;
  /** Requests answered with 2xx: within those seconds, and in total. */
  readonly answeredInTime: number;
  readonly answered: number;
  /** Times of the requests answered with 2xx, in ms. */
  readonly times: TimeHistogram;
  /** Requests without a 2xx answer, by reason: a status, `time-out`, `socket error`, or `no answer` when a connection was closed. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * Visitors ask for a page again and again, each as soon as its answer has come. When the time is over, no visitor asks any more.
 * Each request in flight still gets its answer or its time-out: no request is forgotten, and none disturbs the next run.
 * @param seconds how long requests are sent
 * @param signal ends the run early: the promise rejects with the signal's reason
 */
export async function visit(url: string, concurrent: number, seconds: number, signal: AbortSignal): Promise<Visit> {
  const clients: autocannon.Client[] = [];
  const times = new TimeHistogram();
  const statuses: Record<string, number> = {};
  let isOver = false;
  let answeredInTime = 0;
  const options: autocannon.Options = {
    url,
    connections: concurrent,
    // The run ends when all visitors have ended: this is the latest end.
    duration: seconds + 2 * PATIENCE_SECONDS,
    timeout: PATIENCE_SECONDS,
    sampleInt: SAMPLE_MS,
    setupClient: (client) => void clients.push(client),
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, result) => {
      clearTimeout(ending);
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve(result);
    });
    const stop = (): void => instance.stop();
    signal.addEventListener('abort', stop);
    instance.on('response', (_client, status, _bytes, ms) => {
      if (status < 200 || status > 299) return void (statuses[status] = (statuses[status] ?? 0) + 1);
      times.record(ms);
      if (!isOver) answeredInTime++;
    });
    const ending = setTimeout(() => {
      isOver = true;
      for (const client of clients) askNoMore(client);
    }, seconds * 1000);
  });
  signal.throwIfAborted();
  return {
    concurrent,
    seconds,
    requests: result.requests.sent,
    answeredInTime,
    answered: times.count,
    times,
    failures: failuresOf(result, statuses),
  };
}

/** Ends a client after its current request: autocannon checks this limit before each request, but its types do not declare the limit. */
function askNoMore(client: autocannon.Client): void {
  const limited = client as autocannon.Client & { responseMax: number; readonly reqsMade: number };
  limited.responseMax = limited.reqsMade;
}

function failuresOf(
  { requests, errors, timeouts, ...counts }: autocannon.Result,
  statuses: Record<string, number>,
): Record<string, number> {
  const known = counts['2xx'] + counts.non2xx + errors;
  const failures = { ...statuses, 'time-out': timeouts, 'socket error': errors - timeouts, 'no answer': requests.sent - known };
  return Object.fromEntries(Object.entries(failures).filter(([, count]) => count > 0));
}
