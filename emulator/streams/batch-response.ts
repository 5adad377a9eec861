import { sequenceNumberOf } from './stream-item';
import type { StreamItem } from './stream-item';

/**
 * Reads a function's answer when the mapping has `ReportBatchItemFailures`. Returns the index of the first failed record, or
 * undefined when all succeeded. A malformed answer, or one that names no record of the batch, fails the whole batch.
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
  // An unknown identifier has the index -1, which is lower than all others.
  return Math.max(0, Math.min(...indexes));
}

function indexOf(failure: unknown, batch: readonly StreamItem[]): number {
  const identifier = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
  return batch.findIndex((item) => sequenceNumberOf(item) === identifier);
}
