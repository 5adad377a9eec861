import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http-client';

/** Time-out of a visit, in ms. It is longer than every answer takes: API Gateway gives up after 30 s. */
const HANG_MS = 90_000;

/** Results of many visits to the demo service's `/nonce/<x>`, which answers with x. */
export interface Visits {
  readonly sent: number;
  /** Number of visits that got 200 and the visitor's own x. */
  readonly right: number;
  /** Number of visits by status, or by connection error. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first few wrong results, one sentence each. */
  readonly examples: readonly string[];
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const MAX_EXAMPLES = 5;

/** Sends all visitors at the same moment. @param pathUrl the tunnel's address, with its path prefix */
export async function visitAtOnce(pathUrl: string, visitors: number): Promise<Visits> {
  const tally = new Tally();
  await Promise.all(Array.from({ length: visitors }, () => tally.visit(pathUrl)));
  return tally.visits();
}

/** Sends visits for `ms`. Each of the concurrent visitors sends its next request as soon as the answer is there. */
export async function visitFor(pathUrl: string, concurrent: number, ms: number): Promise<Visits> {
  const tally = new Tally();
  const over = new AbortController();
  void sleep(ms).then(() => over.abort());
  const visitor = async (): Promise<void> => {
    while (!over.signal.aborted) await tally.visit(pathUrl);
  };
  await Promise.all(Array.from({ length: concurrent }, visitor));
  return tally.visits();
}

class Tally {
  private readonly startedAt = performance.now();
  private readonly times: number[] = [];
  private readonly outcomes: Record<string, number> = {};
  private readonly examples: string[] = [];
  private right = 0;

  async visit(pathUrl: string): Promise<void> {
    const nonce = randomUUID();
    const startedAt = performance.now();
    const { outcome, problem } = await visitOnce(pathUrl, nonce);
    this.times.push(performance.now() - startedAt);
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    if (problem === undefined) this.right += 1;
    else if (this.examples.length < MAX_EXAMPLES) this.examples.push(problem);
  }

  visits(): Visits {
    const { outcomes, examples, right, times } = this;
    const sorted = times.sort((a, b) => a - b);
    const quantile = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
    const seconds = (performance.now() - this.startedAt) / 1000;
    return { sent: sorted.length, right, outcomes, examples, perSecond: right / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  }
}

async function visitOnce(pathUrl: string, nonce: string): Promise<{ outcome: string; problem?: string }> {
  const { origin, pathname } = new URL(`nonce/${nonce}`, pathUrl);
  try {
    const { status, text } = await ask(origin, pathname, { signal: AbortSignal.timeout(HANG_MS) });
    const outcome = String(status);
    if (status !== 200) return { outcome, problem: `status ${status}: ${text.slice(0, 200)}` };
    return text === nonce ? { outcome } : { outcome: '200 with another answer', problem: `asked for ${nonce}, got ${text.slice(0, 200)}` };
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    return { outcome: code ?? name, problem: message };
  }
}
