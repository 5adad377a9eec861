import type { CanaryVerdict, Figures } from './view-model';

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

/**
 * Whether the canary (the event-driven cohort) is better than its control (the polling one), in words and numbers.
 * @param baselineMs average return time that was recorded at the last step of the rollout; replaces the control when no request polls
 */
export function compare(canary: Figures, control: Figures, minutes: number, baselineMs?: number): CanaryVerdict {
  const span = `in the last ${minutes} minutes`;
  if (canary.requests + control.requests === 0) {
    return { kind: 'unknown', headline: 'No requests', detail: `No request came ${span}, so there is nothing to compare.` };
  }
  if (canary.requests === 0) {
    return { kind: 'unknown', headline: 'No canary', detail: `All ${count(control)} ${span} polled. ${own('They', control)}` };
  }
  if (control.requests === 0) return againstBaseline(canary, span, baselineMs);
  if (Math.min(canary.requests, control.requests) < ENOUGH) {
    return {
      kind: 'unknown',
      headline: 'Too early to tell',
      detail: `${count(canary)} of the canary and ${count(control)} of the control ${span}; a verdict needs ${ENOUGH} of each.`,
    };
  }
  const kind = judged(errorsCompared(canary, control), timesCompared(canary.response.p50, control.response.p50));
  return {
    kind,
    headline: HEADLINES[kind],
    detail: [timesText(canary, control), slowestText(canary, control), errorsText(canary, control), countsText(canary, control, span)]
      .filter(Boolean)
      .join(' '),
  };
}

const HEADLINES: Record<CanaryVerdict['kind'], string> = {
  better: 'The canary is better than the control',
  same: 'The canary is as good as the control',
  worse: 'The canary is worse than the control',
  mixed: 'The canary is better in one thing and worse in another',
  unknown: 'Too early to tell',
};

type Sign = -1 | 0 | 1;

/** For each sign, 1 means that the canary is better. */
function judged(errors: Sign, times: Sign): CanaryVerdict['kind'] {
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

function againstBaseline(canary: Figures, span: string, baselineMs: number | undefined): CanaryVerdict {
  const { average } = canary.returned;
  if (baselineMs === undefined || average === undefined) {
    return {
      kind: 'unknown',
      headline: 'No control',
      detail: `All ${count(canary)} ${span} were event-driven, and no baseline is recorded. ${own('They', canary)}`,
    };
  }
  const sign = timesCompared(average, baselineMs);
  const kind = sign === 0 ? 'same' : sign > 0 ? 'better' : 'worse';
  return {
    kind,
    headline: { same: 'As good as the baseline', better: 'Better than the baseline', worse: 'Worse than the baseline' }[kind],
    detail: `No request polls any more. An answer takes ${ms(average)} to return on average; the recorded baseline is ${ms(baselineMs)}. ${percent(canary)} of ${count(canary)} ${span} failed.`,
  };
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

const countsText = (canary: Figures, control: Figures, span: string): string =>
  `(${canary.requests} canary and ${control.requests} control requests ${span}.)`;

const own = (who: string, figures: Figures): string => `${who} took ${ms(figures.response.p50)} (median), and ${percent(figures)} failed.`;
const count = ({ requests }: Figures): string => `${requests} ${requests === 1 ? 'request' : 'requests'}`;
const percent = (figures: Figures): string => `${(errorShare(figures) * 100).toFixed(1)} %`;
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`);
