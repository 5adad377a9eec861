/** `npm run probe`, measuring the local cloud under latencies that the test knows. */
import { AWS_LATENCY, type LatencyFigures, type LatencyOperation } from '../../emulator/latency/aws-latency';
import { latencyOf } from '../../emulator/latency/latency-profile';
import { environments, type Environment } from '../../environments';
import { localPlace, type Place } from '../../probe/place';
import { probe, type ProbeResult } from '../../probe/probe';
import { parseProbeOptions, type ProbeOptions } from '../../probe/options';
import { runProbe } from '../../probe/run';
import { startAlteringGateway } from '../support/altering-gateway';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const WAKE_IDLE_MS = 400;
/** Figures that differ from the built-in profile: the probe has to find them. */
const CHANGED = {
  'DynamoDB read': { ...AWS_LATENCY['DynamoDB read'], medianMs: 80, p99Ms: 160 },
  'S3 transfer of 1 MB': { ...AWS_LATENCY['S3 transfer of 1 MB'], medianMs: 60, p99Ms: 80 },
  'MOCK route': { ...AWS_LATENCY['MOCK route'], medianMs: 150, p99Ms: 300 },
};
const FIGURES: LatencyFigures = { ...AWS_LATENCY, ...CHANGED };
/** The wait for a read of the stream varies more than these few samples can tell. The key is read at init, where nothing is traced. */
const NOT_MEASURED: readonly LatencyOperation[] = ['stream read', 'GetParameter'];
const MEASURED = (Object.keys(FIGURES) as LatencyOperation[]).filter((operation) => !NOT_MEASURED.includes(operation));

/** Chance may make the median of a few samples lower than the profile's. A busy machine makes it higher. */
const LOWEST = 0.5;
const HIGHEST = 10;
const BUSY_MS = 1000;

const timings = ({ timings: same }: Environment): Environment['timings'] => ({ ...same, wakeIdleMs: WAKE_IDLE_MS });

/** What the probe knows of a cloud, with a connection to X-Ray that the probe closes. */
function placeIn({ cloud, visitorUrl, agentEndpoint }: CloudUnderTest, settings: Partial<Environment> = {}): Promise<Place> {
  const { awsEndpoint: endpoint, operator, spec } = cloud.services;
  const { accessKeyId, secretAccessKey } = operator;
  const { local } = environments;
  return localPlace(
    { endpoint, region: spec.region, accessKeyId, secretAccessKey, environment: 'local', pid: process.pid, visitorUrl, agentEndpoint },
    { ...local, timings: timings(local), ...settings },
  );
}

let under: CloudUnderTest;
let result: ProbeResult;
const told: string[] = [];

beforeAll(async () => {
  under = await startCloud({
    mode: 'bus',
    traces: true,
    latency: latencyOf({ name: 'test', figures: FIGURES, cpuShare: false }, 1),
    environment: (same) => ({ ...same, timings: timings(same) }),
  });
  result = await probe(await placeIn(under), { visits: 20, intervalMs: 500, long: false, progress: (text) => told.push(text) });
});
afterAll(() => under.close());

test.each(MEASURED)('the probe measures %s within a generous factor of the latency that the local cloud has', (operation) => {
  const { medianMs, basis, source } = result.figures[operation];
  expect({ basis, source }).toEqual({ basis: 'measured', source: expect.stringMatching(/^npm run probe of local on \d{4}-/) });
  expect(medianMs).toBeGreaterThan(FIGURES[operation].medianMs * LOWEST);
  expect(medianMs).toBeLessThan(FIGURES[operation].medianMs * HIGHEST + BUSY_MS);
});

test.each(Object.keys(CHANGED) as (keyof typeof CHANGED)[])(
  'the probe finds that %s is several times slower than the built-in profile says',
  (operation) => {
    expect(result.figures[operation].medianMs / AWS_LATENCY[operation].medianMs).toBeGreaterThan(4);
  },
);

test('what cannot be measured keeps its built-in figure and says on what it is based', () => {
  for (const operation of NOT_MEASURED) expect(result.figures[operation]).toEqual(AWS_LATENCY[operation]);
});

test('every assumption about AWS holds in the local cloud', () => {
  expect(result.findings.filter(({ holds }) => holds !== true)).toEqual([]);
  expect(result.findings.length).toBeGreaterThan(25);
});

test('the probe says on the way what it does', () => {
  expect(told).toEqual([
    expect.stringMatching(/^connecting an agent to ws:/),
    expect.stringMatching(/^sending 20 visits to the tunnel probe-\w+ of local$/),
    '10 of 20 visits',
    '20 of 20 visits',
    'reading the traces',
    ...['path and query', 'header fields', 'the agent gateway', 'the wake socket'].map((topic) => `checking what is assumed of ${topic}`),
  ]);
});

test('behind a gateway that merges slashes and drops a header field, the probe names both, and ends with exit code 1', async () => {
  const gateway = await startAlteringGateway(under.visitorUrl, {
    path: (path) => path.replaceAll(/\/+/g, '/'),
    answerFields: ({ server: _, ...fields }) => fields,
  });
  const out: string[] = [];
  try {
    const placeBehind = async (): Promise<Place> => ({ ...(await placeIn(under)), visitorUrl: gateway.url });
    const code = await runProbe(parseProbeOptions(['--visits', '1', '--json']) as ProbeOptions, placeBehind, {
      out: (text) => out.push(text),
      progress: () => undefined,
    });
    expect(code).toBe(1);
    const [report = '', json = ''] = out;
    const broken = (JSON.parse(json) as ProbeResult).findings.filter(({ holds }) => holds === false);
    expect(broken.map(({ assumption, seen }) => `${assumption}: ${seen}`)).toEqual([
      '/a//b/ reaches the local service as /a//b/: /a/b/',
      expect.stringMatching(/^the answer's fields Age, .* reach the visitor unchanged: Server: missing$/),
    ]);
    expect(report.match(/^DOES NOT HOLD {2}.*\n +seen: .*; relied on by docs\/.*$/gm)).toHaveLength(2);
  } finally {
    gateway.close();
  }
});

test('where a function answers hellos, every assumption holds, and the MOCK route keeps its built-in figure', async () => {
  const wakeHello = 'function';
  const other = await startCloud({
    mode: 'direct',
    traces: true,
    environment: (same) => ({ ...same, wakeHello, timings: timings(same) }),
  });
  try {
    const { findings, figures } = await probe(await placeIn(other, { wakeHello }), {
      visits: 3,
      intervalMs: 300,
      long: false,
      progress: () => undefined,
    });
    expect(findings.filter(({ holds }) => holds !== true)).toEqual([]);
    expect(figures['WebSocket connect'].basis).toBe('measured');
    expect(figures['MOCK route']).toEqual(AWS_LATENCY['MOCK route']);
  } finally {
    await other.close();
  }
});
