import { sequenceNumberOf } from './stream-item';
import type { StreamItem } from './stream-item';

/**
 * Reads a function's answer where the mapping has `ReportBatchItemFailures`: the index of the first record that failed, from
 * which to go on; undefined when all succeeded. What is malformed or names no record of the batch fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function firstFailureIn(response: unknown, batch: readonly StreamItem[]): number | undefined {
  if (response === null || response === undefined) return undefined;
  if (typeof response !== 'object') return 0;
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown };
  if (failures === null || failures === undefined) return undefined;
  if (!Array.isArray(failures)) return 0;
  if (failures.length === 0) return undefined;
  const indexes = failures.map((failure: unknown) => indexOf(failure, batch));
  // -1, for an identifier that is none, is the lowest of all.
  return Math.max(0, Math.min(...indexes));
}

function indexOf(failure: unknown, batch: readonly StreamItem[]): number {
  const identifier = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
  return batch.findIndex((item) => sequenceNumberOf(item) === identifier);
}
