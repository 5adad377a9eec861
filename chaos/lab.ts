import { figuresOf, type Figures } from './judge/figures';
import type { History } from './judge/history';
import { judge, type Finding, type Rules } from './judge/judge';
import { allowancesOf } from './plan/fault-kinds';
import type { LabMode, Plan } from './plan/plan';
import { runPhase, type PhaseResult, type RunOptions } from './run-phase';
import { CAST, type AgentKind } from './world/cast';
import { DEADLINE_MS, SILENCE_MS, STALL_MS, STREAM_MS } from './world/environment';

/** An answer may come so much later than the deadline, in ms. */
export const MARGIN_MS = 4000;

const tunnelsOf = (kind: AgentKind): ReadonlySet<string> =>
  new Set<string>(CAST.filter(({ agent }) => agent === kind).map(({ name }) => name));

const RULES: Rules = {
  deadlineMs: DEADLINE_MS,
  marginMs: MARGIN_MS,
  streams: { lifeMs: STREAM_MS, stallMs: STALL_MS, silenceMs: SILENCE_MS },
  allows: allowancesOf,
  forgetful: tunnelsOf('old'),
  hostile: tunnelsOf('hostile'),
};

/** One phase with its judgement. */
export interface JudgedPhase {
  readonly mode: LabMode;
  readonly requests: number;
  readonly loadMs: number;
  readonly findings: readonly Finding[];
}

export interface LabResult {
  readonly plan: Plan;
  readonly figures: Figures;
  readonly phases: readonly JudgedPhase[];
  /** What the functions counted of answers that were not simply delivered, by metric. */
  readonly counted: Readonly<Record<string, number>>;
  readonly startedAt: Date;
  readonly seconds: number;
}

/** Runs a plan from its first phase to its last, and judges what was recorded. */
export async function runLab(plan: Plan, options: Omit<RunOptions, 'seed'>): Promise<LabResult> {
  const startedAt = new Date();
  const results: PhaseResult[] = [];
  const phases: JudgedPhase[] = [];
  for (const phase of plan.phases) {
    const result = await runPhase(phase, { ...options, seed: plan.seed });
    const findings = judge(result.history, RULES);
    for (const { rule, text } of findings.slice(0, MOST_TOLD)) options.progress(`${rule}: ${text}`);
    results.push(result);
    phases.push({ mode: phase.mode, requests: phase.requests, loadMs: result.loadMs, findings });
  }
  const findings = phases.flatMap((each) => each.findings);
  return {
    plan,
    figures: figuresOf(
      plan.seed,
      together(results.map(({ history }) => history)),
      sumOfCounts(results.map(({ struck }) => struck)),
      findings,
    ),
    phases,
    counted: sumOfCounts(results.map(({ counted }) => counted)),
    startedAt,
    seconds: (Date.now() - startedAt.getTime()) / 1000,
  };
}

/** So many findings of a phase are told in full. */
const MOST_TOLD = 20;

const together = (all: readonly History[]): Pick<History, 'visits' | 'happened' | 'waiters'> => ({
  visits: all.flatMap(({ visits }) => visits),
  happened: all.flatMap(({ happened }) => happened),
  waiters: new Map(all.flatMap(({ waiters }) => [...waiters])),
});

function sumOfCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, n] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}
