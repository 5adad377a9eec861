/**
 * Judges a history by docs/promises.md. Nothing here knows how the history came about, so that a test can write a history by hand
 * that breaks a rule.
 */
import type { Allowance } from '../plan/fault-kinds';
import { totalOf, type LeftOver } from './left-over';
import type { Happened, History, StreamedVisit, Visit } from './history';

/** What is promised of the streaming door. Times are in ms. */
export interface StreamRules {
  /** The longest life of a stream, from the visitor's arrival. */
  readonly lifeMs: number;
  /** A visitor who takes nothing for so long may be cut off. */
  readonly stallMs: number;
  /** An agent and a waiter that hear nothing of one another for so long give the stream up. */
  readonly silenceMs: number;
}

export interface Rules {
  /** From a visitor's arrival until the tunnel gives its own error, in ms. */
  readonly deadlineMs: number;
  /** An answer may come so much later than the deadline: the way there and back, on a machine that does everything. In ms. */
  readonly marginMs: number;
  readonly streams: StreamRules;
  readonly allows: (kind: string) => readonly Allowance[];
  /** Tunnels whose agent does not notice that a message comes twice. */
  readonly forgetful: ReadonlySet<string>;
  /** Tunnels whose agent answers what it likes. */
  readonly hostile: ReadonlySet<string>;
}

export type Rule = 'lost' | 'crossed' | 'twice' | 'leftover';

/** A promise that was not kept. */
export interface Finding {
  readonly rule: Rule;
  /** One sentence for people. */
  readonly text: string;
  /** How many requests or things it is about. */
  readonly count: number;
  /** The place of its visit among the requests of the phase; missing for what belongs to no visit. */
  readonly index?: number;
  /** The tunnel's id of the request, if the visitor was told. */
  readonly requestId?: string;
}

/** An answer that is stored so late may come too late for its waiter's reads, in ms before the deadline. */
const LAST_READS_MS = 2500;
/** A fault has effects for some time after its end: a call that hangs, a message that is held. In ms. */
const AFTER_EFFECT_MS = 3000;

export function judge(history: History, rules: Rules): Finding[] {
  return [
    ...lost(history, rules),
    ...crossed(history, rules),
    ...twice(history, rules),
    ...leftOver(history.leftOver),
    ...billedOn(history, rules),
  ];
}

/** Visitors who got neither their own answer nor an error that the documents describe, in time. */
function lost({ visits, stored, taken, waited, failures, waiters, happened }: History, rules: Rules): Finding[] {
  const { marginMs, hostile } = rules;
  const allowed = allowances(happened, rules);
  const lostAnswer = lostAnswers({ stored, taken }, allowed, rules);
  const cutFor = cutsWithoutCause({ waiters, happened }, allowed, rules);
  const why = (visit: Visit): string | undefined => {
    const { end, nonce, sentAt, endedAt } = visit;
    const waitedMs = waited.get(nonce) ?? 0;
    const deadlineMs = deadlineOf(visit, rules);
    const late = endedAt - sentAt - waitedMs - deadlineMs - (visit.streamed?.pausedMs ?? 0);
    switch (end.kind) {
      case 'left':
      case 'wrong-answer':
      case 'short-answer':
        return undefined;
      case 'cut':
        if (hostile.has(visit.tunnel)) return undefined;
        return visit.streamed ? cutFor(visit.streamed, visit) : `lost the connection (${end.code})`;
      case 'silence':
        return 'got nothing';
      case 'unknown-error':
        return `got ${end.status} and ${end.found}, which no document describes`;
      case 'gateway-error':
        if ((end.status === 500 || end.status === 502) && waitedMs < deadlineMs && !allowed('gateway-500', visit))
          return `got the ${end.status} of AWS, although no fault ended the function: ${failures.get(nonce) ?? 'the function did not fail'}`;
        if (end.status === 429 && visit.streamed && !allowed('gateway-503', visit))
          return "got a function URL's 429, although no fault throttled the function";
        if (end.status === 503 && waitedMs < deadlineMs && !allowed('gateway-503', visit))
          return "got API Gateway's 503, although no fault throttled the function";
        break;
      case 'tunnel-error': {
        const what = end.code === 'deadline_exceeded' ? lostAnswer(visit) : undefined;
        if (what !== undefined) return what;
      }
    }
    return late > marginMs ? `got ${textOf(visit)} ${Math.round(late)} ms after the deadline` : undefined;
  };
  return visits.flatMap((visit) => {
    const what = why(visit);
    return what === undefined ? [] : [{ rule: 'lost', text: `visit ${visit.nonce} ${what}`, count: 1, ...placeOf(visit) }];
  });
}

/**
 * Says of a visit that got `deadline_exceeded` that the cloud had its answer in time. An answer that was stored has to be found. An answer that
 * was only taken has to be found too, although its wake may have been lost without a sound: the waiter asks the agent for it again. It may be
 * lost if the agent has crashed before it was asked, if it has ended after a question was lost, or if the waiter could ask only once more.
 */
function lostAnswers({ stored, taken }: Pick<History, 'stored' | 'taken'>, allowed: Allowed, rules: Rules) {
  return (visit: Visit): string | undefined => {
    const deadlineMs = deadlineOf(visit, rules);
    const { requestId = '', sentAt, endedAt, tunnel } = visit;
    if (allowed('answer-lost', visit)) return undefined;
    const inTime = (at = Infinity): boolean => at < sentAt + deadlineMs - LAST_READS_MS;
    const [storedAt, takenAt = Infinity] = [stored.get(requestId), taken.get(requestId)];
    const told = (did: string, at: number): string =>
      `got deadline_exceeded, although the cloud had ${did} the answer ${Math.round(endedAt - at)} ms before`;
    if (storedAt !== undefined && inTime(storedAt)) return told('stored', storedAt);
    if (!inTime(takenAt)) return undefined;
    if (!allowed('wake-lost', { sentAt, endedAt: takenAt })) return told('taken', takenAt);
    // The time between two questions is at most the time since the visitor's arrival, and a second.
    const untilAskedMs = takenAt - sentAt + AFTER_EFFECT_MS;
    const untilAsked = { sentAt: takenAt, endedAt: takenAt + untilAskedMs, tunnel };
    const untilAskedTwice = { ...untilAsked, endedAt: takenAt + 2 * untilAskedMs };
    const endedLater = allowed('agent-crashed', untilAskedTwice) || allowed('agent-ended', untilAskedTwice);
    const isForgotten = allowed('agent-crashed', untilAsked) || (allowed('question-lost', untilAsked) && endedLater);
    return isForgotten || takenAt > sentAt + deadlineMs / 2 ? undefined : told('taken', takenAt);
  };
}

/** Time until the tunnel gives up: a stream may begin at any time of its life. */
const deadlineOf = ({ streamed }: Visit, { deadlineMs, streams }: Rules): number => (streamed ? streams.lifeMs : deadlineMs);

/**
 * Says of a stream that was cut that nothing was a reason for it. The local service, the visitor, a function that has ended, or an agent and a
 * waiter that could not hear one another for long are reasons. Whatever else is lost on the way has to be sent again.
 */
function cutsWithoutCause({ waiters, happened }: Pick<History, 'waiters' | 'happened'>, allowed: Allowed, rules: Rules) {
  const { streams } = rules;
  const wereSilenced = silencings(happened, rules);
  return ({ breaks, pausedMs, got, bytes }: StreamedVisit, visit: Visit): string | undefined => {
    const failure = waiters.get(visit.nonce)?.failure;
    const reason = cutReasonOf(failure);
    if (reason === 'slow' && pausedMs >= streams.stallMs) return undefined;
    const hasDied = reason === undefined && allowed('gateway-500', visit);
    const isNormal = reason === undefined || reason === 'failed' || reason === 'idle' || reason === 'late';
    const wasAlone = reason !== undefined && (allowed('stream-cut', visit) || wereSilenced(visit));
    if (isNormal && (breaks || hasDied || wasAlone)) return undefined;
    const on = happened.filter(({ from, to }) => from <= visit.endedAt && to + AFTER_EFFECT_MS >= visit.endedAt - streams.silenceMs);
    const meanwhile = on.length === 0 ? '' : `, meanwhile ${on.map(({ kind }) => kind).join(', ')}`;
    return `was cut after ${got} of ${bytes} bytes (${reason ?? failure ?? 'the function did not fail'}${meanwhile})`;
  };
}

const LOSSES: readonly Allowance[] = ['question-lost', 'wake-lost', 'part-lost'];

/**
 * Whether faults that lose messages were on for at least half of the silence after which a stream is given up: then all questions may have been
 * lost. One fault alone is never on for so long.
 */
function silencings(happened: readonly Happened[], { allows, streams: { silenceMs } }: Rules): (visit: Visit) => boolean {
  const losing = happened.filter(({ kind }) => allows(kind).some((what) => LOSSES.includes(what))).sort((a, b) => a.from - b.from);
  return ({ endedAt }) => {
    let onMs = 0;
    let until = endedAt - silenceMs - AFTER_EFFECT_MS;
    for (const { from, to } of losing) {
      onMs += Math.max(0, Math.min(to, endedAt) - Math.max(from, until));
      until = Math.max(until, Math.min(to, endedAt));
    }
    return onMs >= silenceMs / 2;
  };
}

/** Why the function cut a stream (functions/core/stream/stream-settings.ts), by its error. */
export const cutReasonOf = (failure: string | undefined): string | undefined => /^the stream was cut: (\w+)/.exec(failure ?? '')?.[1];

/** Waiters at the streaming door that ran for longer than a stream may live, whether their visitor had gone or not. */
function billedOn({ visits, waiters }: History, { streams, marginMs }: Rules): Finding[] {
  return visits.flatMap((visit): Finding[] => {
    const ranMs = waiters.get(visit.nonce)?.ranMs ?? 0;
    if (ranMs <= streams.lifeMs + marginMs) return [];
    return [{ rule: 'leftover', text: `the waiter of visit ${visit.nonce} ran for ${Math.round(ranMs)} ms`, count: 1, ...placeOf(visit) }];
  });
}

/** Answers and bodies of requests with the bytes of another request, or with changed bytes. */
function crossed({ visits, sightings }: History, { hostile }: Rules): Finding[] {
  const tunnelOf = new Map(visits.map(({ nonce, tunnel }) => [nonce, tunnel]));
  const answers = visits.flatMap((visit): Finding[] => {
    if (visit.end.kind === 'short-answer' && !hostile.has(visit.tunnel)) {
      const text = `visit ${visit.nonce} got ${visit.end.bytes} of ${visit.streamed?.bytes} bytes, which looked whole`;
      return [{ rule: 'crossed', text, count: 1, ...placeOf(visit) }];
    }
    if (visit.end.kind !== 'wrong-answer') return [];
    // The owner of a tunnel may answer what it likes, but it cannot know what others have asked.
    if (hostile.has(visit.tunnel) && (visit.end.found === visit.nonce || !tunnelOf.has(visit.end.found))) return [];
    return [{ rule: 'crossed', text: `visit ${visit.nonce} got the answer "${visit.end.found}"`, count: 1, ...placeOf(visit) }];
  });
  const requests = sightings.flatMap(({ nonce, tunnel, intact }): Finding[] => {
    const own = tunnelOf.get(nonce);
    if (own === tunnel && intact) return [];
    const what = own === undefined ? 'a request that nobody sent' : own === tunnel ? 'a changed body' : `a request for ${own}`;
    return [{ rule: 'crossed', text: `the service behind ${tunnel} got ${what} (${nonce})`, count: 1 }];
  });
  return [...answers, ...requests];
}

/** Requests that a local service got more than once. */
function twice({ visits, sightings, happened }: History, rules: Rules): Finding[] {
  const visitOf = new Map(visits.map((visit) => [visit.nonce, visit]));
  const allowed = allowances(happened, rules);
  const seen = new Map<string, { times: number; tunnel: string; lastAt: number }>();
  for (const { nonce, tunnel, at } of sightings) seen.set(nonce, { times: (seen.get(nonce)?.times ?? 0) + 1, tunnel, lastAt: at });
  return [...seen].flatMap(([nonce, { times, tunnel, lastAt }]): Finding[] => {
    const visit = visitOf.get(nonce);
    if (times < 2) return [];
    // The request of a visitor who has left goes on, and its message may come twice after the visit.
    const onItsWay = visit && { sentAt: visit.sentAt, endedAt: Math.max(visit.endedAt, lastAt) };
    if (onItsWay && rules.forgetful.has(tunnel) && allowed('delivered-twice', onItsWay)) return [];
    return [{ rule: 'twice', text: `the service behind ${tunnel} got ${nonce} ${times} times`, count: 1, ...(visit && placeOf(visit)) }];
  });
}

function leftOver(left: LeftOver): Finding[] {
  const what = Object.entries(left).filter(([, n]) => n !== 0);
  if (what.length === 0) return [];
  return [{ rule: 'leftover', text: `left over: ${what.map(([name, n]) => `${n} ${name}`).join(', ')}`, count: totalOf(left) }];
}

/** A time of interest; with a tunnel, what happened to other tunnels' agents is left out. */
interface Span {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly tunnel?: string;
}

type Allowed = (what: Allowance, span: Span) => boolean;

/** Whether something was on during a span of time that allows an end of this kind. */
function allowances(happened: readonly Happened[], { allows }: Rules): Allowed {
  const byAllowance = new Map<Allowance, Happened[]>();
  for (const each of happened) for (const what of allows(each.kind)) byAllowance.set(what, [...(byAllowance.get(what) ?? []), each]);
  const concerns = (happening: Happened, tunnel: string | undefined): boolean =>
    happening.tunnel === undefined || tunnel === undefined || happening.tunnel === tunnel;
  return (what, { sentAt, endedAt, tunnel }) =>
    byAllowance.get(what)?.some((each) => each.from <= endedAt && each.to + AFTER_EFFECT_MS >= sentAt && concerns(each, tunnel)) ?? false;
}

const placeOf = ({ index, requestId }: Visit): Pick<Finding, 'index' | 'requestId'> => ({
  index,
  ...(requestId !== undefined && { requestId }),
});

/** What a visit got, in few words. */
export function textOf({ end }: Pick<Visit, 'end'>): string {
  switch (end.kind) {
    case 'tunnel-error':
      return end.code;
    case 'gateway-error':
      return `gateway_${end.status}`;
    case 'unknown-error':
      return `unknown_${end.status}`;
    case 'cut':
      return `cut_${end.code}`;
    default:
      return end.kind;
  }
}
