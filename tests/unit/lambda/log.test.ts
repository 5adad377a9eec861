import { eventually } from '../../support/eventually';
import { startLambda } from '../../support/lambda-fixture';
import type { LoggingSpec } from '../../../emulator/specs';
import type { LambdaFixture } from '../../support/lambda-fixture';

/** The line that Powertools' Metrics writes through its own Console (as in Lambda, without POWERTOOLS_DEV). */
const EMF = {
  _aws: {
    Timestamp: 1,
    CloudWatchMetrics: [{ Namespace: 'HTTPTunnel/local', Dimensions: [['service']], Metrics: [{ Name: 'Wakes' }] }],
  },
  Wakes: 1,
};

const FUNCTIONS = {
  talks: `process.stdout.write('loaded\\n');
    const { Console } = require('node:console');
    const own = new Console({ stdout: process.stdout, stderr: process.stderr });
    exports.handler = async () => {
      console.log('took %d ms', 5, { a: 1 });
      console.warn('two\\nlines');
      console.error(new Error('boom').message);
      own.log(JSON.stringify(${JSON.stringify(EMF)}));
      process.stderr.write('to stderr\\n');
      process.stdout.write('no line end');
      process.stdout.write(' yet\\n');
    };`,
  fails: `exports.handler = async () => { throw Object.assign(new Error('boom'), { code: 'E_BOOM' }); };`,
  slow: {
    timeoutMs: 500,
    files: {
      'index.js': `exports.handler = async () => { console.log('begun'); await new Promise(() => setInterval(() => {}, 10)); };`,
    },
  },
  crashes: `exports.handler = async () => { console.log('last words'); process.exit(1); };`,
};

let lambda: LambdaFixture;
beforeEach(async () => {
  lambda = await startLambda(FUNCTIONS);
});
afterEach(() => lambda.close());

/** The same functions with logs in JSON format. */
const inJson = (systemLevel: LoggingSpec['systemLevel'], applicationLevel: LoggingSpec['applicationLevel'] = 'INFO') => ({
  talks: {
    files: {
      'index.js': `${FUNCTIONS.talks.replace("console.log('took", "console.debug('a detail'); console.log('took")}
        const { handler } = exports;
        exports.handler = async () => {
          await handler();
          own.log(JSON.stringify({ level: 'DEBUG', message: 'a detail of Powertools' }));
          console.log({ one: 'object' });
          console.error('it failed:', new TypeError('boom'));
        };`,
    },
    logging: { format: 'JSON' as const, systemLevel, applicationLevel },
  },
  fails: { files: { 'index.js': FUNCTIONS.fails }, logging: { format: 'JSON' as const, systemLevel, applicationLevel } },
  slow: { ...FUNCTIONS.slow, logging: { format: 'JSON' as const, systemLevel, applicationLevel } },
  crashes: { files: { 'index.js': FUNCTIONS.crashes }, logging: { format: 'JSON' as const, systemLevel, applicationLevel } },
  breaks: { files: { 'index.js': 'process.exit(1);' }, logging: { format: 'JSON' as const, systemLevel, applicationLevel } },
});

/** Runs a function once and returns the log of that invocation. */
async function logOf(name: string): Promise<string[]> {
  const runs = lambda.records.length;
  await lambda.invoke(name);
  await eventually(() => lambda.records.length === runs + 1);
  const { requestId, environmentId } = lambda.records[runs]!;
  const lines = lambda.lines.filter((line) => line.requestId === requestId);
  expect(lines.every((line) => line.functionName === name && line.environmentId === environmentId)).toBe(true);
  return lines.map(({ text }) => text.replaceAll(requestId, 'ID').replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'));
}

test('the output of a function is logged in order between START and REPORT, and EMF lines stay unchanged', async () => {
  const log = await logOf('talks');
  expect(log.filter((line) => line !== 'to stderr')).toEqual([
    'START RequestId: ID Version: $LATEST',
    'TIME\tID\tINFO\ttook 5 ms { a: 1 }',
    'TIME\tID\tWARN\ttwo\nlines',
    'TIME\tID\tERROR\tboom',
    JSON.stringify(EMF),
    'no line end yet',
    'END RequestId: ID',
    expect.stringMatching(
      /^REPORT RequestId: ID\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms$/,
    ),
  ]);
  expect(log).toContain('to stderr');
});

test('output during init is logged without a request id', async () => {
  await lambda.invoke('talks');
  expect(lambda.lines.find(({ text }) => text === 'loaded')).toMatchObject({
    functionName: 'talks',
    requestId: undefined,
  });
});

test('a cold start is billed with its init time, and a warm invocation has no init time', async () => {
  await logOf('talks');
  const [cold] = lambda.records;
  expect(cold?.billedMs).toBe(Math.ceil((cold?.durationMs ?? 0) + (cold?.initMs ?? 0)));
  expect(cold?.initMs).toBeGreaterThan(1);
  const report = (await logOf('talks')).at(-1);
  expect(report).not.toContain('Init Duration');
  const warm = lambda.records.at(-1);
  expect(warm).toMatchObject({
    coldStart: false,
    initMs: undefined,
    billedMs: Math.ceil(warm?.durationMs ?? 0),
  });
});

test('a thrown error is logged by the runtime, and the REPORT line has no Status', async () => {
  const log = await logOf('fails');
  const line = log.find((text) => text.startsWith('TIME\tID\tERROR\tInvoke Error \t'));
  expect(JSON.parse(line?.split('\t').at(-1) ?? '')).toMatchObject({
    errorType: 'Error',
    errorMessage: 'boom',
    code: 'E_BOOM',
    stack: expect.any(Array) as unknown,
  });
  expect(log.at(-1)).not.toContain('Status');
});

test('a time-out is logged, and the REPORT line has the whole time-out as its duration', async () => {
  const log = await logOf('slow');
  expect(log).toContain('TIME\tID\tINFO\tbegun');
  expect(log).toContain('TIME ID Task timed out after 0.50 seconds');
  expect(log.at(-1)).toMatch(/\tDuration: 500\.00 ms\t.*Max Memory Used: \d+ MB\t.*\tStatus: timeout$/);
});

test('the output of a function before a crash is logged', async () => {
  const log = await logOf('crashes');
  expect(log).toContain('TIME\tID\tINFO\tlast words');
  expect(log.at(-1)).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError$/);
});

describe('in JSON format,', () => {
  const restart = async (...levels: Parameters<typeof inJson>): Promise<void> => {
    await lambda.close();
    lambda = await startLambda(inJson(...levels));
  };
  /** The lines of one invocation, parsed, without their times. */
  const jsonLogOf = async (name: string): Promise<unknown[]> =>
    (await logOf(name)).flatMap((line) => {
      if (!line.startsWith('{')) return [];
      const { time: _, timestamp: __, ...fields } = JSON.parse(line) as Record<string, unknown>;
      return [fields];
    });

  test('lines of the console are objects, metrics stay unchanged, and a successful invocation leaves no line of Lambda at level WARN', async () => {
    await restart('WARN');
    const log = await jsonLogOf('talks');
    expect(log).toEqual([
      { level: 'INFO', requestId: 'ID', message: 'took 5 ms { a: 1 }' },
      { level: 'WARN', requestId: 'ID', message: 'two\nlines' },
      { level: 'ERROR', requestId: 'ID', message: 'boom' },
      EMF,
      { level: 'INFO', requestId: 'ID', message: { one: 'object' } },
      expect.objectContaining({
        level: 'ERROR',
        message: expect.stringContaining('it failed: TypeError: boom') as unknown,
        errorType: 'TypeError',
        errorMessage: 'boom',
      }),
    ]);
  });

  test('metrics are left out at application level WARN, because they have no level of their own', async () => {
    await restart('WARN', 'WARN');
    const log = await jsonLogOf('talks');
    expect(log).not.toContainEqual(EMF);
    expect(log).toContainEqual({ level: 'WARN', requestId: 'ID', message: 'two\nlines' });
  });

  test('at level INFO Lambda writes the start and the report of each invocation, and details of the function at level DEBUG', async () => {
    await restart('INFO', 'DEBUG');
    const log = await jsonLogOf('talks');
    expect(log[0]).toEqual({ type: 'platform.start', record: { requestId: 'ID', version: '$LATEST' } });
    expect(log.at(-1)).toEqual({
      type: 'platform.report',
      record: {
        requestId: 'ID',
        status: 'success',
        metrics: {
          durationMs: expect.any(Number) as unknown,
          billedDurationMs: expect.any(Number) as unknown,
          memorySizeMB: 256,
          maxMemoryUsedMB: expect.any(Number) as unknown,
          initDurationMs: expect.any(Number) as unknown,
        },
      },
    });
    expect(log).toContainEqual({ level: 'DEBUG', requestId: 'ID', message: 'a detail' });
    expect(log).toContainEqual({ level: 'DEBUG', message: 'a detail of Powertools' });
  });

  test.each([
    ['an error of the handler', 'fails', 'error', 'Error'],
    ['a time-out', 'slow', 'timeout', 'Sandbox.Timedout'],
    ['a crash', 'crashes', 'error', 'Runtime.ExitError'],
  ])('%s is reported at level WARN', async (_, name, status, errorType) => {
    await restart('WARN');
    const outcome = { requestId: 'ID', status, errorType };
    const log = await jsonLogOf(name);
    expect(log).toContainEqual({ type: 'platform.runtimeDone', record: expect.objectContaining(outcome) as unknown });
    expect(log.at(-1)).toEqual({ type: 'platform.report', record: expect.objectContaining(outcome) as unknown });
    if (name === 'fails')
      expect(log).toContainEqual(
        expect.objectContaining({
          level: 'ERROR',
          message: expect.objectContaining({ errorType: 'Error', errorMessage: 'boom', code: 'E_BOOM' }) as unknown,
        }),
      );
  });

  test('a failed init is reported at level WARN', async () => {
    await restart('WARN');
    await lambda.invoke('breaks');
    const events = lambda.lines.map(({ text }) => text).filter((text) => text.includes('"platform.init'));
    expect(events.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(['platform.initRuntimeDone', 'platform.initReport']);
    expect(events.at(-1)).toContain('"phase":"init","status":"error","errorType":"Runtime.ExitError"');
  });
});
