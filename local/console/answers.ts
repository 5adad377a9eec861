import { TUNNEL_ERRORS, type ErrorEntry } from '../../functions/core/tunnel-error';
import type { Visit } from '../story/visits';
import type { Answers, Fate } from './view-model';

const ERRORS: Readonly<Record<string, ErrorEntry>> = TUNNEL_ERRORS;

/** What became of one visit. */
export function fateOf({ status, error, requestId }: Visit): Fate {
  if (error !== undefined) return ERRORS[error]?.cause === 'visitor' ? 'turned-away' : 'failed';
  // Lambda's and API Gateway's own 429 and 5xx: throttled, crashed, too late. What they refuse with another status was malformed.
  if (requestId === undefined) return status >= 500 || status === 429 ? 'failed' : status >= 400 ? 'turned-away' : 'answered';
  return status >= 500 || status === 429 ? 'failed' : 'answered';
}

/** `429 tunnel_busy`, `503 of API Gateway`, `500 of the local service`. */
function labelOf({ status, error, requestId }: Visit): string {
  return `${status} ${error ?? (requestId === undefined ? 'of API Gateway' : 'of the local service')}`;
}

/** The visits by what became of them. */
export function answersOf(visits: readonly Visit[]): Answers {
  const withFate = (fate: Fate): Visit[] => visits.filter((visit) => fateOf(visit) === fate);
  return { visits: visits.length, failed: countByLabel(withFate('failed')), turnedAway: countByLabel(withFate('turned-away')) };
}

/** The most frequent first. */
function countByLabel(visits: readonly Visit[]): Answers['failed'] {
  const counts = new Map<string, number>();
  for (const label of visits.map(labelOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}
