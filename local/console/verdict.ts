import { compare } from './comparison';
import type { Answers, Figures, RolloutCard, Verdict } from './view-model';

/** What the headline judges: the last minute. */
export interface Situation {
  readonly rollout: RolloutCard;
  /** Short names of the alarms that are on. */
  readonly alarmsOn: readonly string[];
  readonly answers: Answers;
  readonly canary: Figures;
  readonly control: Figures;
  /** Event-driven requests whose answer their event did not announce. */
  readonly missedEvents: number;
  /** Average return time that was recorded at the last step of the rollout, in ms. */
  readonly baselineMs?: number | undefined;
}

/** From this share on, failures and missed events count as many. Below it, failures are a warning and missed events are no trouble. */
const MANY = 0.01;
/** So few missed events say nothing: new environments of functions miss the events of their first requests. */
const FEW_MISSED = 3;

/**
 * The state of the tunnel in one line, and lines that explain it. Whatever is broken comes before the comparison of the cohorts: what has
 * the highest rank is the headline, and everything else that is wrong follows in lines of its own.
 */
export function judge(situation: Situation): Verdict {
  const { answers } = situation;
  const [first, ...others] = [
    ofRollout(situation),
    ofAlarms(situation),
    ofFailures(answers),
    ofTurnedAway(answers),
    ofMissedEvents(situation),
  ].filter((trouble) => trouble !== undefined);
  if (!first) return ofComparison(situation);
  return {
    headline: first.headline,
    // A latch alone is a warning. What follows it may be worse.
    kind: [first, ...others].some(({ kind }) => kind === 'bad') ? 'bad' : 'warning',
    points: [...first.points, ...others.flatMap(({ headline, points }) => [`${headline}.`, ...points]), tally(answers)],
  };
}

function ofRollout({ rollout, alarmsOn }: Situation): Verdict | undefined {
  const { state, change, trouble } = rollout;
  if (state === 'unreadable') return { kind: 'bad', headline: 'The rollout cannot be read', points: [`${trouble ?? 'unknown error'}.`] };
  if (state === 'malformed')
    return { kind: 'bad', headline: 'The rollout item is malformed, so all requests poll', points: [`Next: ${rollout.next.command}`] };
  if (state !== 'latched') return undefined;
  return {
    kind: alarmsOn.length > 0 ? 'bad' : 'warning',
    headline: `Rolled back and latched: all requests poll until somebody resumes${alarmsOn.length > 0 ? `; ${areOn(alarmsOn)}` : ''}`,
    points: change ? [`By ${change.by}: ${sentence(change.why)}`] : [],
  };
}

function ofAlarms({ rollout, alarmsOn }: Situation): Verdict | undefined {
  // The headline about the latch names the alarms already.
  if (alarmsOn.length === 0 || rollout.state === 'latched') return undefined;
  return { kind: 'bad', headline: capital(areOn(alarmsOn)), points: [] };
}

function ofFailures({ visits, failed }: Answers): Verdict | undefined {
  const count = sum(failed);
  if (count === 0) return undefined;
  return {
    kind: count / visits >= MANY ? 'bad' : 'warning',
    headline: `${share(count, visits)} of the visits of the last minute failed or were refused: ${mostFrequent(failed)}`,
    points: [],
  };
}

/**
 * Visitors who ask for a tunnel that does not exist, or without its password, say nothing about the tunnel. When they are most of all
 * visitors, the tunnel's name or its password is probably wrong, or its agent is gone.
 */
function ofTurnedAway({ visits, turnedAway }: Answers): Verdict | undefined {
  const count = sum(turnedAway);
  if (count <= visits / 2) return undefined;
  return {
    kind: 'warning',
    headline: `${share(count, visits)} of the visits of the last minute were turned away: ${mostFrequent(turnedAway)}`,
    points: [],
  };
}

/** Visitors get these answers, up to a second late. The alarms take minutes to notice. */
function ofMissedEvents({ canary, missedEvents }: Situation): Verdict | undefined {
  if (missedEvents < FEW_MISSED || missedEvents <= canary.requests * MANY) return undefined;
  return {
    kind: 'warning',
    headline: `${share(missedEvents, canary.requests)} of the event-driven requests of the last minute missed their event`,
    points: ['A safety read or polling finds such an answer instead, up to a second late.'],
  };
}

const mostFrequent = ([first, ...others]: Answers['failed']): string => `${first?.label}${others.length > 0 ? ' and others' : ''}`;

/** Nothing is known to be broken: the comparison of the cohorts if there is one, otherwise the answers. */
function ofComparison({ rollout, answers, canary, control, baselineMs }: Situation): Verdict {
  if (answers.visits === 0) return { kind: 'unknown', headline: 'No visit came in the last minute', points: [] };
  const compared = compare(canary, control, baselineMs);
  const points = [...compared.points, ...(rollout.state === 'switched-off' ? [rollout.next.text] : []), tally(answers)];
  return compared.kind === undefined ? { kind: 'good', headline: answered(answers), points } : { ...compared, points };
}

function answered({ visits, turnedAway }: Answers): string {
  if (turnedAway.length > 0) return 'No visit of the last minute failed';
  return visits === 1 ? 'The only visit of the last minute was answered' : `All ${whole(visits)} visits of the last minute were answered`;
}

/** Everything that visitors got, in one line. */
function tally({ visits, failed, turnedAway }: Answers): string {
  if (visits === 0) return 'No visit came in the last minute.';
  const list = (counted: Answers['failed']): string => (counted.length === 0 ? '' : ` (${counted.map(of).join(', ')})`);
  const of = ({ label, count }: Answers['failed'][number]): string => `${whole(count)} × ${label}`;
  const ok = visits - sum(failed) - sum(turnedAway);
  return (
    `Visits of the last minute: ${whole(ok)} answered, ${whole(sum(failed))} failed or refused${list(failed)}, ` +
    `${whole(sum(turnedAway))} turned away because of what they sent${list(turnedAway)}.`
  );
}

const areOn = (alarms: readonly string[]): string =>
  alarms.length === 1 ? `the alarm ${alarms[0]} is on` : `${alarms.length} alarms are on: ${alarms.join(', ')}`;

const sum = (counted: Answers['failed']): number => counted.reduce((total, { count }) => total + count, 0);
const whole = (value: number): string => value.toLocaleString('en');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** At least two digits, but never 0 % for something. */
function share(part: number, all: number): string {
  const percent = (100 * part) / all;
  return percent >= 10 ? `${Math.round(percent)} %` : percent >= 0.1 ? `${percent.toFixed(1)} %` : 'Less than 0.1 %';
}
