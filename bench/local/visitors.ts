import autocannon from 'autocannon';
import { Times } from '../histogram';

/** A visitor gives up after so many seconds, and asks again: autocannon's own default. */
const PATIENCE_SECONDS = 10;
/** How often autocannon looks whether the run is over, in ms. */
const SAMPLE_MS = 100;

/** What visitors saw. */
export interface Visit {
  readonly concurrent: number;
  /** How long requests were sent, in seconds. */
  readonly seconds: number;
  readonly requests: number;
  /** Requests answered with 2xx; within those seconds, and in all. */
  readonly answeredInTime: number;
  readonly answered: number;
  /** Of the requests answered with 2xx, in ms. */
  readonly times: Times;
  /** Requests that were not, by what became of them: a status, `time-out`, `socket error`, or `no answer` when a connection was closed. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * So many visitors ask for a page again and again, each as soon as it has its answer. When the time is over nobody asks any more,
 * and each request that is under way still gets its answer or its time-out: none is forgotten, and none meets the next run.
 * @param seconds how long requests are sent
 * @param signal ends it early: the promise rejects with its reason
 */
export async function visit(url: string, concurrent: number, seconds: number, signal: AbortSignal): Promise<Visit> {
  const clients: autocannon.Client[] = [];
  const times = new Times();
  const statuses: Record<string, number> = {};
  let isOver = false;
  let answeredInTime = 0;
  const options: autocannon.Options = {
    url,
    connections: concurrent,
    // It ends when all visitors have: this is the latest end.
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

/** A client ends after its request under way: autocannon checks this limit, which its types do not name, before each request. */
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
