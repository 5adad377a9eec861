/** A Lambda service with small functions. The tests contain the source of the functions. */
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { AWS_LIMITS } from '../../emulator/limits';
import { LambdaService } from '../../emulator/lambda/lambda-service';
import type { LambdaServiceOptions } from '../../emulator/lambda/lambda-service';
import type { InvocationRecord } from '../../emulator/lambda/invocation';
import { ProcessGuard } from '../../emulator/process-guard';
import type { InvocationOutcome, LogLine, Sender } from '../../emulator/services';
import type { FunctionSpec } from '../../emulator/specs';

export interface LambdaFixture {
  readonly service: LambdaService;
  readonly guard: ProcessGuard;
  /** Every log line so far, oldest first. */
  readonly lines: LogLine[];
  readonly records: InvocationRecord[];
  /** Messages that were sent to queues as destinations. */
  readonly sent: { queueArn: string; body: string; sender: Sender }[];
  /** Messages that were published to topics as destinations. */
  readonly published: { topicArn: string; body: string; sender: Sender }[];
  /** Invokes a function. @returns the outcome without the request id, which differs each time */
  invoke(name: string, payload?: unknown): Promise<InvocationOutcome>;
  /** The file with a function's code. */
  zipOf(name: string): string;
  close(): Promise<void>;
}

/** A function: the source of its `index.js`, or its spec with the files of its zip. */
type TestFunction = string | (Partial<FunctionSpec> & { readonly files: Readonly<Record<string, string>> });

export interface LambdaFixtureOptions extends Partial<Pick<LambdaServiceOptions, 'beforeColdStart' | 'codeCache' | 'cpuShare'>> {
  readonly limits?: Partial<LambdaServiceOptions['limits']>;
  readonly refuseQueue?: boolean;
}

/** Default time-out of the functions, in ms. */
export const TIMEOUT_MS = 120_000;

export function arnOf(name: string): string {
  return `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;
}

export async function startLambda(
  functions: Readonly<Record<string, TestFunction>>,
  { limits, refuseQueue, beforeColdStart, codeCache, cpuShare }: LambdaFixtureOptions = {},
): Promise<LambdaFixture> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lambda-test-'));
  const guard = await ProcessGuard.start();
  // The guard removes the directory when the guard ends, even if the service does not start.
  guard.watchDirectory(directory);
  const lines: LogLine[] = [];
  const records: InvocationRecord[] = [];
  const sent: LambdaFixture['sent'] = [];
  const published: LambdaFixture['published'] = [];
  const specs = await Promise.all(Object.entries(functions).map((entry) => specOf(directory, ...entry)));
  const start = LambdaService.start({
    functions: specs,
    region: 'eu-central-1',
    awsEndpoint: () => 'http://127.0.0.1:4566',
    queues: {
      send: (queueArn, body, sender) => {
        if (refuseQueue) throw new Error('no such queue');
        sent.push({ queueArn, body, sender });
      },
      messages: () => [],
    },
    topics: {
      publish: (topicArn, { body }, sender) => void published.push({ topicArn, body, sender }),
      messages: () => [],
    },
    log: (line) => lines.push(line),
    limits: { ...AWS_LIMITS.lambda, ...limits },
    guard,
    beforeColdStart,
    codeCache,
    cpuShare,
  });
  const service = await start.catch(async (error: unknown) => {
    await guard.close();
    throw error;
  });
  service.events.on('invocation', (record) => records.push(record));
  return {
    service,
    guard,
    lines,
    records,
    sent,
    published,
    invoke: async (name, payload) => {
      const { requestId: _, ...outcome } = await service.invoke(arnOf(name), payload);
      return outcome;
    },
    zipOf: (name) => specs.find((spec) => spec.name === name)?.codeZip ?? '',
    close: async () => {
      await service.close();
      await guard.close();
    },
  };
}

/** @param directory where the zip is written */
async function specOf(directory: string, name: string, given: TestFunction): Promise<FunctionSpec> {
  const { files, ...spec } = typeof given === 'string' ? { files: { 'index.js': given } } : given;
  const codeZip = path.join(directory, `${name}.zip`);
  const entries = Object.entries(files).map(([file, source]) => [file, strToU8(source)] as const);
  await writeFile(codeZip, zipSync(Object.fromEntries(entries)));
  return {
    address: `aws_lambda_function.${name}`,
    name,
    arn: arnOf(name),
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    codeZip,
    // Only a function that hangs runs so long.
    timeoutMs: TIMEOUT_MS,
    memoryMb: 256,
    environment: {},
    logGroup: `/aws/lambda/${name}`,
    logging: { format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' },
    roleArn: `arn:aws:iam::000000000000:role/${name}`,
    asyncInvocation: { maxRetries: 2, maxAgeMs: 60_000 },
    ...spec,
  };
}

/** Whether a process runs or is stopped. A zombie (a process that has ended, but is not reaped) is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readStatus(pid));
  } catch {
    return false;
  }
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
