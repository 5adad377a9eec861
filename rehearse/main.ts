/** `npm run rehearse`: rehearses a rollback, the rollout or a new environment on the local cloud, under load. */
import { whileFit } from '../bench/fitness/while-fit';
import type { Requests } from '../bench/fitness/judge';
import { runProgram } from '../cli/command-line';
import { firstHour } from './first-hour';
import { firstHourJson, firstHourReport, missesOfFirstHour } from './first-hour-report';
import { parseRehearseOptions, type Rehearsal, type RehearseOptions } from './options';
import { missesOf, outcomeOf } from './outcome';
import { progressOn, type Progress } from '../cli/progress';
import { buildBundles } from './rehearsal-cloud';
import { rollBackReport } from './report';
import { walk } from './rollout';
import { runScenario } from './run-scenario';
import type { Run } from './run';
import { SCENARIOS, type Scenario } from './scenarios';
import { missesOfWalk, walkJson, walkReport, type Walk } from './walk-report';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves with the exit code: 1 when a target was missed. @throws UnfitMachineError where the machine was too busy for a verdict */
async function main(options: RehearseOptions): Promise<number> {
  const progress = progressOn(process.stderr);
  progress('building the functions');
  await buildBundles();
  return REHEARSE[options.rehearsal](options, progress);
}

async function rehearseRollout(options: RehearseOptions, progress: Progress): Promise<number> {
  const result = await whileFit((signal) => walk({ ...options, signal }, progress), { requests: requestsOf });
  const misses = missesOfWalk(result);
  print(`\n${walkReport(result, misses)}`);
  if (options.json) print(JSON.stringify(walkJson(result)));
  return misses.length === 0 ? 0 : 1;
}

async function rehearseRollBack(options: RehearseOptions, progress: Progress): Promise<number> {
  const play = async (signal: AbortSignal): Promise<Run[]> => {
    const runs: Run[] = [];
    for (const name of options.scenarios) runs.push(await runScenario(scenarioOf(name), { ...options, signal }, progress));
    return runs;
  };
  const runs = await whileFit(play, { requests: (runs) => requestsOf(...runs) });
  const misses = runs.flatMap(missesOf);
  print(`\n${rollBackReport(runs, misses)}`);
  const outcomes = runs.map(outcomeOf);
  if (options.json) print(JSON.stringify(outcomes.length === 1 ? outcomes[0] : outcomes));
  return misses.length === 0 ? 0 : 1;
}

async function rehearseFirstHour(options: RehearseOptions, progress: Progress): Promise<number> {
  const result = await whileFit((signal) => firstHour({ ...options, signal }, progress), { requests: requestsOf });
  const misses = missesOfFirstHour(result);
  print(`\n${firstHourReport(result, misses)}`);
  if (options.json) print(JSON.stringify(firstHourJson(result)));
  return misses.length === 0 ? 0 : 1;
}

const REHEARSE: Readonly<Record<Rehearsal, (options: RehearseOptions, progress: Progress) => Promise<number>>> = {
  rollback: rehearseRollBack,
  rollout: rehearseRollout,
  'first-hour': rehearseFirstHour,
};

/** Counts visitors' requests and errors, for the judgement of the machine. */
const requestsOf = (...results: readonly Pick<Walk, 'seen' | 'unfinished'>[]): Requests => ({
  requests: results.reduce((sum, { seen }) => sum + seen.asked, 0),
  errors: results.reduce((sum, { seen, unfinished }) => sum + seen.errors + seen.lost + unfinished, 0),
});

const scenarioOf = (name: string): Scenario => SCENARIOS.find((scenario) => scenario.name === name) as Scenario;

void runProgram('rehearse', parseRehearseOptions, main);
