import type { ByCohort } from './assignments';

/** A stage's measured share of requests, compared with the share that was set. */
export interface Share {
  readonly percent: number;
  readonly requests: number;
  readonly eventDriven: number;
  /** How many requests may be event-driven at that share, at least and at most. */
  readonly least: number;
  readonly most: number;
}

/** Allowed standard deviations: with this number, about one in 16,000 stages is missed falsely. */
const DEVIATIONS = 4;

/** A hash of the id assigns each request, so the number is binomial: it must be within four standard deviations of its mean. */
export function shareOf(percent: number, counts: ByCohort): Share {
  const eventDriven = counts['event-driven'];
  const requests = eventDriven + counts.polling;
  const p = percent / 100;
  const spread = DEVIATIONS * Math.sqrt(requests * p * (1 - p));
  return {
    percent,
    requests,
    eventDriven,
    least: Math.max(0, Math.floor(requests * p - spread)),
    most: Math.min(requests, Math.ceil(requests * p + spread)),
  };
}

export const isWithin = ({ requests, eventDriven, least, most }: Share): boolean =>
  requests > 0 && eventDriven >= least && eventDriven <= most;
