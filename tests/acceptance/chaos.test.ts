import { readdirSync } from 'node:fs';
import path from 'node:path';
import { runLab } from '../../chaos/lab';
import type { Figures } from '../../chaos/judge/figures';
import type { Rule } from '../../chaos/judge/judge';
import type { Plan } from '../../chaos/plan/plan';
import { buildPrograms } from '../../chaos/world/build';
import { runForFigures } from '../support/run-for-figures';

const ROOT = path.join(__dirname, '../..');
const PLANS = path.join(__dirname, 'chaos-plans');

const figuresIn = (stdout: string): Figures => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Figures;

test('a short run under faults in every mode keeps every promise, and prints its figures as JSON in the last line', async () => {
  const ran = await runForFigures('the fault lab', 'chaos/main.ts', ['--requests', '300', '--seed', '4', '--json']);
  if (!ran) return;
  const { stdout, stderr } = ran;
  expect(figuresIn(stdout)).toEqual({
    requests: 300,
    seed: 4,
    faults: expect.any(Object) as object,
    errors: expect.any(Object) as object,
    streams: expect.any(Object) as object,
    slowestMs: expect.any(Number) as number,
    lost: 0,
    crossed: 0,
    twice: 0,
    leftover: 0,
  });
  expect(Object.keys(figuresIn(stdout).faults).length).toBeGreaterThan(3);
  expect(figuresIn(stdout).streams.visits).toBeGreaterThan(15);
  expect(stdout).toContain('Every promise was kept: 300 requests');
  for (const mode of ['direct', 'bus', 'polling']) expect(stderr).toContain(`mode ${mode}: everybody leaves`);
});

test('an agent that asks its service twice and mixes answers up is found out', async () => {
  const plan: Plan = { seed: 1, phases: [{ mode: 'direct', first: 0, requests: 60, happenings: [] }] };
  const agentProgram = path.join(ROOT, 'tests/support/broken-agent.cjs');
  const { figures, phases } = await runLab(plan, { rate: 20, agentProgram, progress: () => undefined });
  const found = (rule: Rule): number => phases.flatMap(({ findings }) => findings).filter((finding) => finding.rule === rule).length;
  expect([figures.requests, found('crossed') > 0, found('twice') > 0]).toEqual([60, true, true]);
  expect([figures.crossed, figures.twice]).toEqual([found('crossed'), found('twice')]);
});

test('an attack with tickets crosses no answers, and its stolen, spoiled and repeated tickets are counted as foreign, unreadable and late', async () => {
  const happenings = [10, 60, 110].map((before) => ({ before, do: 'attack', attack: 'tickets', forMs: 2500 }) as const);
  const plan: Plan = { seed: 1, phases: [{ mode: 'direct', first: 0, requests: 150, happenings }] };
  const { figures, counted } = await runLab(plan, { rate: 20, agentProgram: await buildPrograms(), progress: () => undefined });
  expect(figures).toMatchObject({ requests: 150, faults: { 'attack-tickets': 3 }, crossed: 0, twice: 0, leftover: 0 });
  for (const metric of ['ForeignAnswer', 'UnreadableTicket', 'LateAnswer'])
    expect([metric, (counted[metric] ?? 0) > 0]).toEqual([metric, true]);
});

test('each plan that failed once keeps every promise', async () => {
  for (const file of readdirSync(PLANS).filter((name) => name.endsWith('.json'))) {
    const ran = await runForFigures(`the plan ${file}`, 'chaos/main.ts', ['--plan', path.join(PLANS, file), '--reruns', '0', '--json']);
    if (ran) expect([file, figuresIn(ran.stdout)]).toEqual([file, expect.objectContaining({ lost: 0, crossed: 0, twice: 0, leftover: 0 })]);
  }
});
