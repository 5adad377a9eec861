/**
 * The plan of a run: how many requests there are in each mode, and what goes wrong before which of them. A plan is data, so that it
 * can be printed, shortened and replayed: `npm run chaos -- --plan FILE`.
 */
import * as v from 'valibot';
import { ToldError } from '../../cli/told-error';
import { HONEST_AGENTS, OWN_AGENTS } from '../world/cast';
import { ATTACKS } from '../world/attacks';
import { FAULT_KINDS, type FaultName } from './fault-kinds';

export const LAB_MODES = ['direct', 'bus', 'polling'] as const;
export type LabMode = (typeof LAB_MODES)[number];

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** The index of the request before which something begins, counted from the first request of its mode. */
const before = count;
const forMs = count;
const own = v.picklist(OWN_AGENTS);
const honest = v.picklist(HONEST_AGENTS);

const happening = v.variant('do', [
  /** A fault of the emulator is on for a while. */
  v.strictObject({ before, do: v.literal('fault'), fault: v.picklist(Object.keys(FAULT_KINDS) as FaultName[]), forMs }),
  /** An agent ends at once (SIGKILL, or a cut connection), and comes back after a while. */
  v.strictObject({ before, do: v.literal('crash'), agent: honest, forMs }),
  /** An agent stops for a while (SIGSTOP, or a socket that is not read), like the agent of a laptop that sleeps. */
  v.strictObject({ before, do: v.literal('sleep'), agent: honest, forMs }),
  /** An agent ends as it should, and comes back at once. */
  v.strictObject({ before, do: v.literal('restart'), agent: own }),
  /** The wall clock of an agent is off by so much from now on. */
  v.strictObject({ before, do: v.literal('clock'), agent: own, offsetMs: v.pipe(v.number(), v.integer()) }),
  /** An operator sets the share of event-driven requests. */
  v.strictObject({ before, do: v.literal('rollout'), percent: v.pipe(count, v.maxValue(100)) }),
  /** The hostile agent does this for a while. */
  v.strictObject({ before, do: v.literal('attack'), attack: v.picklist(ATTACKS), forMs }),
]);
export type Happening = v.InferOutput<typeof happening>;

const phase = v.strictObject({
  mode: v.picklist(LAB_MODES),
  /** The index of the first request. A shortened plan leaves out what came before. */
  first: v.optional(count, 0),
  requests: count,
  happenings: v.array(happening),
});
/** The part of a run that one local cloud serves. */
export type Phase = v.InferOutput<typeof phase>;

const schema = v.strictObject({
  /** Decides what visitors ask, when they come, and what faults strike. */
  seed: count,
  phases: v.pipe(v.array(phase), v.minLength(1)),
});
export type Plan = v.InferOutput<typeof schema>;

/** A file that is no plan of the lab. */
export class PlanError extends ToldError {
  override readonly name = 'PlanError';
  override readonly exitCode = 2;
}

/**
 * Checks that a value is a plan.
 * @param source where it comes from, such as its file
 * @throws PlanError with the first problem
 */
export function validatePlan(value: unknown, source: string): Plan {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue) ?? 'the whole file';
  throw new PlanError(
    `${source}: ${where} must be ${issue.expected ?? 'valid'}, not ${issue.received}; print a plan with npm run chaos -- --print-plan`,
  );
}

export const requestsOf = ({ phases }: Plan): number => phases.reduce((sum, { requests }) => sum + requests, 0);
export const happeningsOf = ({ phases }: Plan): number => phases.reduce((sum, { happenings }) => sum + happenings.length, 0);

/** What happenings are called in the figures, if they are no faults and no attacks. */
const KINDS = {
  crash: 'agents-crash',
  sleep: 'agents-sleep',
  restart: 'agents-restart',
  clock: 'agents-clock-jumps',
  rollout: 'rollout-moves',
} as const;

/** What a happening is called in the figures. */
export function kindOf(happening: Happening): string {
  if (happening.do === 'fault') return happening.fault;
  return happening.do === 'attack' ? `attack-${happening.attack}` : KINDS[happening.do];
}
