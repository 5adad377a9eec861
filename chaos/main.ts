/** `npm run chaos`: the local cloud under load while everything fails that can fail, and the judgement afterwards. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UnfitMachineError } from '../bench/fitness/while-fit';
import { writeReport } from '../cli/write-report';
import { runProgram } from '../cli/command-line';
import { progressOn } from '../cli/progress';
import { isKept } from './judge/figures';
import { runLab, type LabResult } from './lab';
import { watchingTheMachine } from './machine-watch';
import { parseChaosOptions, type ChaosOptions } from './options';
import { makePlan } from './plan/make-plan';
import { happeningsOf, requestsOf, type Plan } from './plan/plan';
import { readPlan } from './plan/read-plan';
import { shrink, type Shrunk } from './plan/shrink';
import { markdownReport, textReport, verdict } from './report';
import type { RunOptions } from './run-phase';
import { buildPrograms } from './world/build';

const SHORTENED = path.join(__dirname, '../dist/chaos');

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Resolves with the exit code: 1 when a promise was broken.
 * @throws UnfitMachineError when visits were lost on a machine that other processes kept busy, and nothing else was wrong
 */
async function main(options: ChaosOptions): Promise<number> {
  const plan = options.plan === undefined ? makePlan(options.seed, options.requests) : readPlan(options.plan);
  if (options.printPlan) {
    print(JSON.stringify(plan, undefined, 2));
    return 0;
  }
  const progress = progressOn(process.stderr);
  progress(`seed ${plan.seed}: ${requestsOf(plan)} requests, ${happeningsOf(plan)} happenings`);
  const run = { rate: options.rate, agentProgram: await buildPrograms(), progress };
  const { result, unfit } = await watchingTheMachine(() => runLab(plan, run));
  print(`\n${textReport(result)}\n\n${verdict(result)}`);
  if (options.markdown !== undefined) await writeReport(options.markdown, markdownReport(result));
  const isOnlyLate = unfit !== undefined && isKept({ ...result.figures, lost: 0 });
  if (!isKept(result.figures) && !isOnlyLate) await shorten(result, run, options.reruns);
  if (options.json) print(JSON.stringify(result.figures));
  if (!isKept(result.figures) && isOnlyLate) throw new UnfitMachineError(unfit, new Error(verdict(result)));
  return isKept(result.figures) ? 0 : 1;
}

/** Looks for the shortest plan of the first phase that failed, prints it, and writes it to a file that can be replayed. */
async function shorten({ plan, phases }: LabResult, run: Omit<RunOptions, 'seed'>, reruns: number): Promise<void> {
  for (const { findings } of phases) for (const { rule, text } of findings) print(`  ${rule}: ${text}`);
  const place = phases.findIndex(({ findings }) => findings.length > 0);
  const [phase, findings] = [plan.phases[place], phases[place]?.findings];
  if (!phase || !findings) return;
  const fails = async (shorter: Plan): Promise<boolean> => {
    run.progress(`again, with ${requestsOf(shorter)} requests and ${happeningsOf(shorter)} happenings`);
    return !isKept((await runLab(shorter, run)).figures);
  };
  const shrunk = await shrink(plan.seed, { phase, findings }, { fails, reruns });
  const file = path.join(SHORTENED, `plan-${plan.seed}.json`);
  await mkdir(SHORTENED, { recursive: true });
  await writeFile(file, `${JSON.stringify(shrunk.plan, undefined, 2)}\n`);
  print(
    `\n${described(shrunk)}\n\n${JSON.stringify(shrunk.plan)}\n\nTo replay it: npm run chaos -- --plan ${path.relative(process.cwd(), file)}`,
  );
}

function described({ plan, confirmed: { runs, failures }, reruns }: Shrunk): string {
  const size = `${requestsOf(plan)} requests and ${happeningsOf(plan)} happenings`;
  if (runs === 0) return `The plan of the phase that failed (${size}), which was not run again:`;
  if (failures === 0) return `The part of the plan around the failure (${size}) did not fail again in ${runs} runs:`;
  const times = failures === runs ? 'each time' : `${failures} of ${runs} times`;
  return `The shortest plan that still fails, after ${reruns} reruns (${size}); before it was shortened it failed ${times}:`;
}

void runProgram('chaos', parseChaosOptions, main);
