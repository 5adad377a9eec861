/**
 * Runs a function with batches of stream records until each record is processed or given up.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import type { Clock } from '../clock';
import type { FunctionInvoker, InvokeResult, Logger } from '../services';
import type { MappingSpec } from '../specs';
import { firstFailureIn } from './batch-response';
import type { DiscardedBatch } from './failed-batch-record';
import type { StreamItem } from './stream-item';

/** The pause between tries doubles, up to this multiple of the first pause. */
const MAX_BACKOFF_FACTOR = 16;

/** The result of one run of the function. */
export interface BatchRecord {
  readonly at: number;
  readonly functionArn: string;
  readonly records: number;
  readonly outcome: 'succeeded' | 'partly-failed' | 'failed' | 'throttled';
  /** Age of the youngest record when it was sent to the function, in ms, as in Lambda's metric IteratorAge. */
  readonly iteratorAgeMs: number;
}

export interface BatchProcessorOptions {
  readonly mapping: MappingSpec;
  readonly invoker: FunctionInvoker;
  /** Pause before the first retry, in ms. */
  readonly retryBaseMs: number;
  /** How long the stream keeps a record, in ms. */
  readonly retentionMs: number;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly log: Logger;
  /** Ends the pauses; records that are not processed by then stay unprocessed. */
  readonly signal: AbortSignal;
  readonly onBatch: (record: BatchRecord) => void;
  readonly onDiscard: (batch: DiscardedBatch) => void;
}

/** The records for one run of the function. */
interface Batch {
  readonly items: readonly StreamItem[];
  readonly invokeCount: number;
  /** Failures that count towards the mapping's retries. */
  readonly failures: number;
  /** Tries since the last split, including throttled ones. The pause grows with this number. */
  readonly tries: number;
  /** Whether the function threw or crashed in the last run. */
  readonly functionError: boolean;
}

/** How a run ended. `from` is the index of the first record to try again. */
type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'failed'; readonly from: number; readonly functionError: boolean };

export class BatchProcessor {
  constructor(private readonly options: BatchProcessorOptions) {}

  /** Resolves when every record is processed or given up, or when the signal aborts. Never rejects. */
  async process(items: readonly StreamItem[]): Promise<void> {
    const { clock, signal } = this.options;
    // In the order of the stream: a batch that is split is finished before the next one begins.
    const batches: Batch[] = [{ items, invokeCount: 0, failures: 0, tries: 0, functionError: false }];
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (batch.tries > 0) await clock.sleep(this.pauseBefore(batch.tries), signal);
      if (signal.aborted) return;
      const live = this.withoutExpired(batch);
      if (live.items.length > 0) batches.unshift(...(await this.run(live)));
    }
  }

  /** Runs the function once; returns the batches to run next, in order. */
  private async run(batch: Batch): Promise<Batch[]> {
    const sentAt = this.options.clock.now();
    const verdict = this.verdictOn(batch.items, await this.invoke(batch));
    if (this.options.signal.aborted) return [];
    this.report(batch.items, verdict, sentAt);
    if (verdict.kind === 'done') return [];
    // A throttled batch has not been run: its retries are not used up.
    if (verdict.kind === 'throttled') return [{ ...batch, tries: batch.tries + 1 }];
    const { from, functionError } = verdict;
    const rest = {
      ...batch,
      items: batch.items.slice(from),
      invokeCount: batch.invokeCount + 1,
      functionError,
    };
    const splits = this.options.mapping.bisectOnError && (from > 0 || rest.items.length > 1);
    return splits ? split(rest, from) : this.retry(rest);
  }

  private retry(batch: Batch): Batch[] {
    const { maxRetries } = this.options.mapping;
    const failures = batch.failures + 1;
    if (maxRetries < 0 || failures <= maxRetries) return [{ ...batch, failures, tries: batch.tries + 1 }];
    this.options.onDiscard({ ...batch, condition: 'RetryAttemptsExhausted' });
    return [];
  }

  private async invoke({ items }: Batch): Promise<InvokeResult> {
    const { invoker, mapping, log } = this.options;
    try {
      return await invoker.invoke(mapping.functionArn, { Records: items.map(({ record }) => record) });
    } catch (error) {
      log.warn(`${mapping.address}: ${mapping.functionArn} cannot be invoked: ${(error as Error).message}`);
      return { kind: 'throttled', reason: 'the function cannot be invoked' };
    }
  }

  private report(items: readonly StreamItem[], verdict: Verdict, sentAt: number): void {
    const { clock, mapping, onBatch } = this.options;
    onBatch({
      at: clock.now(),
      functionArn: mapping.functionArn,
      records: items.length,
      outcome: outcomeOf(verdict),
      iteratorAgeMs: sentAt - (items.at(-1)?.at ?? sentAt),
    });
  }

  private verdictOn(items: readonly StreamItem[], result: InvokeResult): Verdict {
    if (result.kind === 'throttled') return { kind: 'throttled' };
    if (result.kind === 'error') return { kind: 'failed', from: 0, functionError: true };
    if (!this.options.mapping.reportsItemFailures) return { kind: 'done' };
    const from = firstFailureIn(result.payload, items);
    return from === undefined ? { kind: 'done' } : { kind: 'failed', from, functionError: false };
  }

  private withoutExpired(batch: Batch): Batch {
    const { clock, mapping, retentionMs } = this.options;
    const maxAgeMs = mapping.maxRecordAgeMs < 0 ? retentionMs : Math.min(mapping.maxRecordAgeMs, retentionMs);
    const oldest = clock.now() - maxAgeMs;
    const expired = batch.items.filter(({ at }) => at < oldest);
    if (expired.length === 0) return batch;
    this.options.onDiscard({ ...batch, items: expired, condition: 'RecordAgeExceeded' });
    return { ...batch, items: batch.items.filter(({ at }) => at >= oldest) };
  }

  /** The pause grows exponentially; its upper half is random. */
  private pauseBefore(tries: number): number {
    const factor = Math.min(2 ** (tries - 1), MAX_BACKOFF_FACTOR);
    return this.options.retryBaseMs * factor * (0.5 + this.options.random() / 2);
  }
}

function outcomeOf(verdict: Verdict): BatchRecord['outcome'] {
  if (verdict.kind === 'done') return 'succeeded';
  if (verdict.kind === 'throttled') return 'throttled';
  return verdict.functionError ? 'failed' : 'partly-failed';
}

/**
 * Splits a batch into halves; a split does not count as a retry. When the function named the first failed record, the
 * records before it are done, and the rest stays one batch.
 */
function split(rest: Batch, from: number): Batch[] {
  const next = { ...rest, tries: 1 };
  if (from > 0) return [next];
  const middle = Math.ceil(rest.items.length / 2);
  return [
    { ...next, items: rest.items.slice(0, middle) },
    { ...next, items: rest.items.slice(middle), tries: 0 },
  ];
}
