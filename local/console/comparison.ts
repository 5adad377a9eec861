import type { Figures, Verdict } from './view-model';

/** A cohort with fewer requests than this is not judged. */
const ENOUGH = 20;
/** Medians that differ by a smaller share count as equal: a person would not notice the difference, and it may be noise. */
const NOTICEABLE = 0.1;
/**
 * The text mentions the canary's p99 when it is more than this many times the control's. The verdict ignores p99, because p99 depends on a
 * few requests.
 */
const MUCH_SLOWER = 1.5;
/** Limit of the two-proportion z-test at 95 %: chance explains a larger difference of error shares in less than one of twenty cases. */
const SIGNIFICANT_Z = 1.96;

/** What can be said of the cohorts in words and numbers. Without a `kind` there is nothing to judge, and no headline. */
export type Comparison =
  | { readonly kind: Exclude<Verdict['kind'], 'unknown'>; readonly headline: string; readonly points: readonly string[] }
  | { readonly kind: undefined; readonly points: readonly string[] };

/**
 * Whether the canary (the event-driven cohort) was better than its control (the polling one) in the last minute.
 * @param baselineMs average return time that was recorded at the last step of the rollout; replaces the control when no request polls
 */
export function compare(canary: Figures, control: Figures, baselineMs?: number): Comparison {
  if (canary.requests + control.requests === 0) return unjudged('No visit of the last minute reached an agent.');
  if (canary.requests === 0) return unjudged(`All ${count(control)} of the last minute polled. ${own('They', control)}`);
  if (control.requests === 0) return againstBaseline(canary, baselineMs);
  if (Math.min(canary.requests, control.requests) < ENOUGH) {
    return unjudged(
      `${count(canary)} of the canary and ${count(control)} of the control in the last minute: to compare them takes ${ENOUGH} of each.`,
    );
  }
  const outcome = judged(errorsCompared(canary, control), timesCompared(canary.response.p50, control.response.p50));
  return {
    ...OUTCOMES[outcome],
    points: [timesText(canary, control), slowestText(canary, control), errorsText(canary, control), countsText(canary, control)].filter(
      (text) => text !== '',
    ),
  };
}

const unjudged = (...points: string[]): Comparison => ({ kind: undefined, points });

type Outcome = 'better' | 'same' | 'worse' | 'mixed';

const OUTCOMES = {
  better: { kind: 'good', headline: 'The canary is better than the control' },
  same: { kind: 'good', headline: 'The canary is as good as the control' },
  worse: { kind: 'bad', headline: 'The canary is worse than the control' },
  mixed: { kind: 'warning', headline: 'The canary is better in one thing and worse in another' },
} as const satisfies Record<Outcome, Omit<Verdict, 'points'>>;

type Sign = -1 | 0 | 1;

/** For each sign, 1 means that the canary is better. */
function judged(errors: Sign, times: Sign): Outcome {
  if (errors * times < 0) return 'mixed';
  const sum = errors + times;
  return sum === 0 ? 'same' : sum > 0 ? 'better' : 'worse';
}

/** 1 if significantly fewer of the canary's requests fail than of the control's, -1 if significantly more, otherwise 0. */
function errorsCompared(canary: Figures, control: Figures): Sign {
  const pooled = (canary.errors + control.errors) / (canary.requests + control.requests);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / canary.requests + 1 / control.requests));
  if (deviation === 0) return 0;
  const z = (errorShare(canary) - errorShare(control)) / deviation;
  return z > SIGNIFICANT_Z ? -1 : z < -SIGNIFICANT_Z ? 1 : 0;
}

function timesCompared(canary: number | undefined, control: number | undefined): Sign {
  if (canary === undefined || control === undefined) return 0;
  if (canary < control * (1 - NOTICEABLE)) return 1;
  return canary > control * (1 + NOTICEABLE) ? -1 : 0;
}

/** At 100 % no request polls any more. That a control is missing is no news then; only answers slower than the baseline are. */
function againstBaseline(canary: Figures, baselineMs: number | undefined): Comparison {
  const all = `All ${count(canary)} of the last minute were event-driven. ${own('They', canary)}`;
  const { average } = canary.returned;
  if (baselineMs === undefined || average === undefined) return unjudged(all);
  const points = [all, `An answer takes ${ms(average)} to return on average; the recorded baseline of polling is ${ms(baselineMs)}.`];
  return timesCompared(average, baselineMs) < 0
    ? { kind: 'bad', headline: 'Answers return more slowly than by polling', points }
    : unjudged(...points);
}

const errorShare = ({ errors, requests }: Figures): number => (requests === 0 ? 0 : errors / requests);

function timesText(canary: Figures, control: Figures): string {
  const waits = `The median response time is ${ms(canary.response.p50)} for the canary and ${ms(control.response.p50)} for the control.`;
  if (canary.returned.p50 === undefined || control.returned.p50 === undefined) return waits;
  return `${waits} The median return time is ${ms(canary.returned.p50)} for the canary and ${ms(control.returned.p50)} for the control.`;
}

function slowestText({ response: { p99: canary } }: Figures, { response: { p99: control } }: Figures): string {
  if (canary === undefined || control === undefined || canary <= control * MUCH_SLOWER) return '';
  return `But the canary's p99 response time is ${ms(canary)}, the control's ${ms(control)}.`;
}

function errorsText(canary: Figures, control: Figures): string {
  const shares = `${percent(canary)} of the canary's and ${percent(control)} of the control's requests failed`;
  const sign = errorsCompared(canary, control);
  if (sign === 0) return canary.errors + control.errors === 0 ? 'No request failed.' : `${shares}; the difference may be chance.`;
  return `${shares}.`;
}

const countsText = (canary: Figures, control: Figures): string =>
  `(${canary.requests} canary and ${control.requests} control requests in the last minute.)`;

const own = (who: string, figures: Figures): string => `${who} took ${ms(figures.response.p50)} (median), and ${percent(figures)} failed.`;
const count = ({ requests }: Figures): string => `${requests} ${requests === 1 ? 'request' : 'requests'}`;
const percent = (figures: Figures): string => `${(errorShare(figures) * 100).toFixed(1)} %`;
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`);
