/** `npm run oracle`: asks an emulator of AWS that is not this project's whether it takes an environment as Terraform applies it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onStopSignal } from '../agent/stop-signals';
import { CommandLineError, ExitError, runProgram } from '../cli/command-line';
import { progressOn } from '../cli/progress';
import { ToldError } from '../cli/told-error';
import { writeReport } from '../cli/write-report';
import { readStack } from '../emulator/terraform/stack';
import { environments } from '../environments';
import { buildFunctions } from '../functions/build-functions';
import { BUNDLES, synthesize, type SynthesizedStack } from '../modules/synthesize';
import { installProvider } from '../scripts/terraform-provider';
import { consult } from './consult';
import { isFaultless, judge, readKnownFaults } from './known-faults';
import { markdownReport } from './markdown-report';
import { parseOracleOptions, type OracleOptions } from './options';
import { jsonReport, textReport } from './report';

const INTERRUPTED_STATUS = 130;
const ANSWER_TIMEOUT_MS = 10_000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Resolves with the exit code: 1 when the endpoint and the stack do not agree.
 * @throws ToldError when nothing listens at the endpoint, or when Terraform or the provider is not there
 * @throws ExitError after Ctrl-C
 */
async function main(options: OracleOptions): Promise<number> {
  const { endpoint, env, visit: wantsVisit, json, markdown } = options;
  const known = options.known === undefined ? undefined : readKnownFaults(options.known);
  const startedAt = new Date();
  await expectAnswer(endpoint);
  const progress = progressOn(process.stderr);
  const stop = new AbortController();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-oracle-'));
  process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  onStopSignal(() => {
    progress('stopping: what has been applied is destroyed; a second Ctrl-C leaves it at the endpoint');
    stop.abort();
  });
  progress(`synthesizes ${env}`);
  const { directory: stackDirectory, file } = await synthesized(env, directory);
  const { resources } = readStack(file);
  const provider = installProvider(file);
  process.once('exit', () => provider.close());
  const findings = await consult({
    stackDirectory,
    resources,
    accountId: accountIn(file),
    endpoint,
    wantsVisit,
    provider,
    progress,
    signal: stop.signal,
  });
  const subject = { env, endpoint, startedAt };
  const judgement = judge(findings, resources, known);
  print(textReport(subject, judgement));
  if (markdown !== undefined) await writeReport(markdown, markdownReport(subject, judgement));
  if (json) print(jsonReport(subject, judgement));
  if (judgement.interrupted) throw new ExitError('oracle: stopped', INTERRUPTED_STATUS);
  return isFaultless(judgement) ? 0 : 1;
}

/** Terraform would try for minutes, and then report it for each resource. @throws ToldError */
async function expectAnswer(endpoint: string): Promise<void> {
  try {
    await fetch(endpoint, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new ToldError(`nothing answers at ${endpoint} (${cause instanceof Error ? cause.message : message}): start the emulator first`);
  }
}

/** Environments whose tables, buckets and keys can be destroyed. */
const unprotected = Object.fromEntries(
  Object.entries(environments).map(([name, environment]) => [name, { ...environment, deletionProtection: false }]),
);

/** @throws CommandLineError when there is no such stack */
async function synthesized(name: string, outdir: string): Promise<SynthesizedStack> {
  await buildFunctions({ outdir: BUNDLES });
  const stacks = synthesize({ environments: unprotected, outdir });
  const stack = stacks.find((one) => one.name === name);
  if (!stack) throw new CommandLineError(`--env ${name} is unknown: give one of ${stacks.map((one) => one.name).join(', ')}`);
  return stack;
}

/** The account for which a stack was made. */
function accountIn(file: string): string {
  const { provider } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    provider: { aws: readonly [{ allowed_account_ids: readonly [string] }] };
  };
  return provider.aws[0].allowed_account_ids[0];
}

void runProgram('oracle', parseOracleOptions, main);
