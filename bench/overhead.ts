import { AWS_LIMITS } from '../emulator/limits';
import { LambdaService } from '../emulator/lambda/lambda-service';
import { ProcessGuard } from '../emulator/process-guard';
import type { FunctionSpec } from '../emulator/specs';
import type { BenchBundles } from './bundles';
import { LIMIT } from './contenders';
import { CpuMeter } from './cpu-meter';
import { TimeHistogram } from './histogram';
import type { Runner } from './runner';

/** Costs of a function itself. */
export interface FunctionOverhead {
  readonly name: string;
  /** CPU time of an invocation, the runtime's included, in ms; 0 where the system does not report it. */
  readonly cpuMs: number;
  /** Time from the start of the process until its runtime asks for work, median in ms. */
  readonly coldStartMs: number;
  readonly codeBytes: number;
}

export interface Overhead {
  readonly empty: FunctionOverhead;
  readonly functions: readonly FunctionOverhead[];
}

const EMPTY = 'empty';
const COLD_STARTS = 8;
const INVOCATIONS = 400;

/** Measures the functions as the contenders ran them, and an empty handler in the same runtime. */
export async function measureOverhead(runners: readonly Runner[], bundles: BenchBundles): Promise<Overhead> {
  const real = runners.filter(({ name }) => name !== LIMIT);
  const functions = bundles.functions.flatMap(({ name, codeBytes }) => {
    const invocations = real.reduce((sum, runner) => sum + runner.measuredInvocations(name), 0);
    const cpuMs = real.reduce((sum, runner) => sum + runner.cpuMs(name), 0);
    const init = new TimeHistogram();
    for (const runner of real) for (const ms of runner.initsOf(name)) init.record(ms);
    if (invocations === 0 && init.count === 0) return [];
    return [{ name, cpuMs: invocations === 0 ? 0 : cpuMs / invocations, coldStartMs: init.percentile(50), codeBytes }];
  });
  return { empty: await measureEmpty(bundles), functions };
}

async function measureEmpty({ empty }: BenchBundles): Promise<FunctionOverhead> {
  const guard = await ProcessGuard.start();
  const lambda = await LambdaService.start({
    functions: [emptySpec(empty.zip)],
    region: 'us-east-1',
    awsEndpoint: () => 'http://127.0.0.1:9',
    queues: { send: () => undefined, messages: () => [] },
    log: () => undefined,
    limits: AWS_LIMITS.lambda,
    guard,
  });
  try {
    const init = new TimeHistogram();
    lambda.events.on('invocation', ({ initMs }) => void (initMs !== undefined && init.record(initMs)));
    const invoke = (): Promise<unknown> => lambda.invoke(ARN, {});
    await Promise.all(Array.from({ length: COLD_STARTS }, invoke));
    const cpu = new CpuMeter(lambda);
    cpu.start();
    for (let i = 0; i < INVOCATIONS; i++) await invoke();
    cpu.stop();
    return { name: EMPTY, cpuMs: (cpu.byFunction[EMPTY] ?? 0) / INVOCATIONS, coldStartMs: init.percentile(50), codeBytes: empty.codeBytes };
  } finally {
    await lambda.close();
    await guard.close();
  }
}

const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${EMPTY}`;

const emptySpec = (codeZip: string): FunctionSpec => ({
  address: `aws_lambda_function.${EMPTY}`,
  name: EMPTY,
  arn: ARN,
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  codeZip,
  timeoutMs: 5000,
  memoryMb: 256,
  environment: {},
  logging: { format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' },
  logGroup: `/aws/lambda/${EMPTY}`,
  roleArn: `arn:aws:iam::000000000000:role/${EMPTY}`,
  asyncInvocation: { maxRetries: 0, maxAgeMs: 60_000 },
});
