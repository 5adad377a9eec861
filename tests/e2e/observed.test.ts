/** What a person sees of a running tunnel: a request's story over all functions, and the console page in a real browser. */
import { startDemoService } from '../../agent/demo/demo-service';
import { local } from '../../environments/local';
import { ConsoleServer } from '../../local/console/console-server';
import { localRollout } from '../../local/console/local-rollout';
import { LocalVisits } from '../../local/story/visits';
import { localStory } from '../../trace/local-story';
import { storyText } from '../../trace/story-text';
import { describeInBrowser, type Browser, type Page } from '../support/browser';
import { eventually } from '../support/eventually';
import { SetAlarms, WrittenMetrics } from '../support/observed';
import { deleteRollout, putRollout } from '../support/put-rollout';
import { rolloutItem } from '../support/rollout-items';
import { startTunnel, type CloudUnderTest } from '../support/tunnel';

const metrics = new WrittenMetrics();
const alarms = new SetAlarms();
/** What the console knows of visits. The tests of the page begin without any. */
const visits = new LocalVisits();
const settings = { ...local, responsePath: { ...local.responsePath, percent: 100 } };
let tunnel: CloudUnderTest;
let page: ConsoleServer;

const startConsole = (port = 0, environment = 'local'): Promise<ConsoleServer> => {
  const { cloud, traces } = tunnel;
  return ConsoleServer.start(
    { ...cloud.services, traces, visits, metrics, alarms, rollout: localRollout(cloud, settings), environment },
    port,
  );
};

beforeAll(async () => {
  tunnel = await startTunnel({
    mode: 'bus',
    traces: true,
    environment: (same) => ({ ...same, responsePath: { ...same.responsePath, percent: 100 } }),
  });
  page = await startConsole();
});
afterAll(async () => {
  await page.close();
  await tunnel.close();
});

const idOf = ({ headers }: { headers: Record<string, unknown> }): string => String(headers['x-tunnel-request-id']);
const functionsOf = (requestId: string): string[] =>
  tunnel.traces
    .timeline(requestId)
    .filter(({ kind }) => kind === 'invocation')
    .map(({ functionName }) => functionName);
const WHOLE_WAY = ['forward-request', 'receive-message', 'process-stream', 'wake-waiter'];

test('the trace of a request covers all four functions, and is found by the request id that the visitor receives', async () => {
  const requestId = idOf(await tunnel.visit('/nonce/1'));
  await eventually(() => expect(functionsOf(requestId)).toEqual(WHOLE_WAY));
  const told = (): string[] => tunnel.traces.timeline(requestId).map(({ functionName, text }) => `${functionName}: ${text}`);
  const expected = [
    expect.stringMatching(/^forward-request: invocation: .*tunnel demo, mode bus$/),
    'forward-request: DynamoDB PutItem pending-requests',
    expect.stringMatching(/^receive-message: invocation: .*tunnel demo, mode bus$/),
    'receive-message: DynamoDB UpdateItem pending-requests',
    expect.stringMatching(/^process-stream: invocation: .*tunnel demo, mode bus$/),
    'process-stream: EventBridge PutEvents',
    expect.stringMatching(/^wake-waiter: invocation: .*tunnel demo$/),
    expect.stringMatching(/^forward-request: .*ReturnTime \d+ ms/),
    expect.stringMatching(/^process-stream: .*StreamLag \d+ ms/),
  ];
  await eventually(() => expect(told()).toEqual(expect.arrayContaining(expected)));
});

test('wake-waiter runs in the trace of forward-request; receive-message has another trace, linked by the request id', async () => {
  const requestId = idOf(await tunnel.visit('/nonce/1'));
  await eventually(() => expect(functionsOf(requestId)).toEqual(WHOLE_WAY));
  const segments = tunnel.traces.segments();
  const handlers = segments.filter(({ name, annotations }) => name === '## handler' && annotations?.['requestId'] === requestId);
  const traceOf = (service: string) => handlers.find(({ annotations }) => annotations?.['Service'] === service)?.trace_id;
  expect(traceOf('wake-waiter')).toBe(traceOf('forward-request'));
  expect(traceOf('receive-message')).not.toBe(traceOf('forward-request'));
  // The batch belongs to several requests: each request has its own segment.
  expect(segments.find(({ name, annotations }) => name === '## answer' && annotations?.['requestId'] === requestId)).toMatchObject({
    annotations: { tunnelId: 'demo', mode: 'bus' },
  });
});

test('the traces of requests that come in one batch of the stream stay apart', async () => {
  const visitAll = () => Promise.all(Array.from({ length: 4 }, () => tunnel.visit('/nonce/1')));
  // New environments poll until they have a wake socket.
  await visitAll();
  const visited = (await visitAll()).map(idOf);
  const { traces } = tunnel;
  await eventually(() => expect(traces.recent(50).map(({ requestId }) => requestId)).toEqual(expect.arrayContaining(visited)));
  const ids = visited.filter((id) => traces.recent(50).find(({ requestId }) => requestId === id)?.mode === 'bus');
  expect(ids.length).toBeGreaterThan(1);
  for (const id of ids) await eventually(() => expect(new Set(functionsOf(id))).toEqual(new Set(WHOLE_WAY)));
  for (const id of ids) expect(functionsOf(id).filter((name) => name === 'forward-request')).toHaveLength(1);
});

test('npm run trace prints the story of a request in the running local cloud, or one line with the reason why it cannot', async () => {
  const requestId = idOf(await tunnel.visit('/', {}, 'nobody'));
  await eventually(() => expect(functionsOf(requestId)).toEqual(['forward-request']));
  const text = storyText(requestId, await localStory(requestId, { consoleUrl: page.url }));
  expect(text).toMatch(
    /forward-request {2}invocation: .*error tunnel_not_found {2}✗\n[^]*forward-request {4}DynamoDB (Batch)?GetItem tunnels/,
  );
  await expect(localStory('00000000-none', { consoleUrl: page.url })).rejects.toThrow(
    /^the local cloud has no data about request 00000000-none: check the id; /,
  );
  await expect(localStory(requestId, {})).rejects.toThrow('start the cloud without --no-console');
  await expect(localStory(requestId, { consoleUrl: 'http://127.0.0.1:9' })).rejects.toThrow(
    'does not answer at http://127.0.0.1:9: start the cloud again',
  );
});

describeInBrowser('the console page in a browser', (launch) => {
  let browser: Browser;
  let shown: Page;
  beforeAll(async () => {
    browser = await launch();
    shown = await browser.newPage();
    await shown.look({ width: 1280, height: 900, scheme: 'light' });
    await shown.goto(page.url);
    await shown.until(`document.querySelector('#connection').dataset.state === 'live'`);
  });
  afterAll(() => browser.close());

  const headline = (text: string): Promise<void> =>
    shown.until(`document.querySelector('#verdict .headline')?.innerText.includes(${JSON.stringify(text)})`);
  const kind = (): Promise<string> => shown.evaluate(`document.querySelector('#verdict').dataset.kind`);
  const alarm = {
    address: 'a',
    name: 'http-tunnel-local-stream-lag',
    kind: 'metric',
    description: 'Runbook: docs/runbooks/stream-lag.md',
  } as const;

  test('says that there are no visits and no alarms while there are none', async () => {
    metrics.clear();
    alarms.clear();
    await headline('No visit came in the last minute');
    expect(await kind()).toBe('unknown');
    expect(await shown.text('#alarm-list')).toContain('The stack has no alarms');
    expect(await shown.text('#rollout-card')).toMatch(/^100 % of requests are event-driven[^]*Nobody has changed it/);
  });

  test('shows that the canary is better than the control as soon as the data arrive', async () => {
    tunnel.cloud.services.edge.events.on('response', (record) => visits.add(record));
    await tunnel.visit('/nonce/1');
    alarms.set({ ...alarm, state: 'OK', reason: 'quiet', since: Date.now() });
    writeTraffic(metrics, { canaryMs: 40, controlMs: 100 });
    await headline('The canary is better than the control');
    expect(await kind()).toBe('good');
    expect(await shown.text('#verdict')).toMatch(/\s+The median response time is 40 ms for the canary and 100 ms for the control\./);
    expect(await shown.text('#cohorts')).toMatch(/Requests\s+40\s+40/);
    expect(await shown.text('#wakes')).toMatch(/direct\s+100 %/);
    // Alarms that are OK are collapsed.
    expect(await shown.text('#alarm-list')).toMatch(/^No alarm is on\.\s+1 OK/);
    expect(await shown.text('#alarm-list')).not.toContain('stream-lag');
    expect(await shown.evaluate('document.title')).toBe('http-tunnel console');
    await shown.until(`document.querySelector('#charts path.line.canary').getAttribute('d').length > 10`);
  });

  test('is not green while visitors are refused: a tunnel at its limit gives 429', async () => {
    const demo = await startDemoService();
    const busy = await tunnel.agent({ name: 'busy', maxInFlight: 1, target: { port: demo.port } });
    const statuses = (await Promise.all([1, 2, 3].map(() => tunnel.visit('/delay/3000?secret=1', {}, 'busy')))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 429, 429]);
    await headline('of the visits of the last minute failed or were refused: 429 tunnel_busy');
    expect(await kind()).toBe('bad');
    expect(await shown.text('#verdict')).toContain('2 failed or refused (2 × 429 tunnel_busy)');
    expect(await shown.text('#request-list')).toMatch(/GET\s+\/busy\/delay\/3000\s+429\s+\d+(\.\d)? ms\s+tunnel_busy/);
    expect(await shown.text('#request-list')).not.toContain('secret');
    await busy.stop();
    await demo.close();
  });

  test('names an alarm that is on before anything else, and its runbook has the commands for this environment', async () => {
    alarms.set({ ...alarm, state: 'ALARM', reason: '6012 > 5000', since: Date.now() });
    await headline('The alarm stream-lag is on');
    expect(await kind()).toBe('bad');
    expect(await shown.text('#verdict')).toContain('failed or were refused: 429 tunnel_busy.');
    expect(await shown.text('#alarm-list')).toMatch(
      /One alarm is on\.[^]*in alarm\s+http-tunnel-local-stream-lag[^]*runbook\s+6012 > 5000/,
    );
    expect(await shown.evaluate('document.title')).toBe('✗ http-tunnel console');
    const runbook = await browser.newPage();
    await runbook.goto(await shown.evaluate(`document.querySelector('#alarm-list a').href`));
    expect(await runbook.text('h1')).toBe('stream-lag');
    expect(await runbook.text('#document')).toContain('npm run rollout -- --env local status');
    expect(await runbook.text('#document')).not.toContain('--env prod');
    expect(runbook.complaints).toEqual([]);
  });

  test('says that the rollout was rolled back and is latched, why, and which command comes next', async () => {
    await putRollout(tunnel, rolloutItem({ percent: 0, latched: true, by: 'roll-back', why: 'answers come late', since: Date.now() }));
    await headline('Rolled back and latched: all requests poll until somebody resumes; the alarm stream-lag is on');
    alarms.set({ ...alarm, state: 'OK', reason: 'quiet', since: Date.now() });
    await shown.until(`!document.querySelector('#verdict .headline').innerText.includes('alarm')`);
    await headline('Rolled back and latched: all requests poll until somebody resumes');
    expect(await shown.text('#rollout-card')).toMatch(
      /^0 % of requests are event-driven\s*latched\s+By\s+roll-back\s+Why\s+answers come late\s+When[^]*npm run rollout -- --env local resume --why "…"/,
    );
    await deleteRollout(tunnel);
    await shown.until(`!document.querySelector('#verdict .headline').innerText.includes('latched')`);
  });

  test('opens the waterfall of a request with the keyboard alone', async () => {
    const requestId = idOf(await tunnel.visit('/nonce/1'));
    await shown.until(`document.querySelector('[data-request="${requestId}"]')`);
    await shown.evaluate(`document.querySelector('#request-list').focus()`);
    await shown.press('Tab');
    expect(await shown.evaluate('document.activeElement.dataset.request')).toBe(requestId);
    await shown.press('Enter');
    await shown.until(`document.querySelector('#timeline code')?.innerText === '${requestId}'`);
    await shown.until(`document.querySelectorAll('#timeline strong').length === 4`);
    expect(await shown.text('#timeline')).toMatch(
      /forward-request[^]*receive-message[^]*process-stream[^]*EventBridge PutEvents[^]*wake-waiter/,
    );
    // Later updates of the page do not take the focus away.
    expect(await shown.evaluate('document.activeElement.dataset.request')).toBe(requestId);
  });

  test('shows new log lines as plain text, never as markup, and filters them', async () => {
    const { logs } = tunnel.cloud.services;
    const line = { at: Date.now(), functionName: 'http-tunnel-local-sweep', environmentId: 'e' };
    logs.add({ ...line, text: JSON.stringify({ level: 'ERROR', message: '<img src=x onerror="document.title=1"><b>bold</b>' }) });
    logs.add({ ...line, text: JSON.stringify({ level: 'INFO', message: 'needle in the log' }) });
    await shown.until(`document.querySelector('#log-lines').innerText.includes('needle in the log')`);
    expect(await shown.text('#log-lines')).toContain('<img src=x onerror="document.title=1"><b>bold</b>');
    expect(await shown.evaluate(`document.querySelectorAll('#log-lines img, #log-lines b').length`)).toBe(0);
    await shown.evaluate(
      `(() => { const f = document.querySelector('#log-filter'); f.value = 'NEEDLE sweep'; f.dispatchEvent(new Event('input')); })()`,
    );
    expect(await shown.evaluate(`document.querySelectorAll('#log-lines p').length`)).toBe(1);
    expect(await shown.text('#log-lines')).toContain('needle in the log');
  });

  test.each([
    [1280, 'light'],
    [390, 'light'],
    [1280, 'dark'],
    [390, 'dark'],
  ] as const)('fits into a window that is %i px wide, with the %s colour scheme', async (width, scheme) => {
    await shown.look({ width, height: 800, scheme });
    expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const brightness = await shown.evaluate<number>(`Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])`);
    expect(brightness > 128).toBe(scheme === 'light');
  });

  test('says when its server is gone, and continues when the server is back', async () => {
    const port = Number(new URL(page.url).port);
    await page.close();
    await shown.until(`document.querySelector('#connection').dataset.state === 'lost'`);
    page = await startConsole(port, 'local again');
    await shown.until(`document.querySelector('#connection').dataset.state === 'live'`);
    await shown.until(`document.querySelector('#environment').innerText === 'local again'`);
  });

  test('sends requests only to its own server, and causes no error in the browser', () => {
    expect(shown.requested.length).toBeGreaterThan(3);
    expect([...new Set(shown.requested.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin))]).toEqual([page.url]);
    expect(
      shown.complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED') && !text.includes('ERR_INCOMPLETE_CHUNKED_ENCODING')),
    ).toEqual([]);
  });
});

/** Forty requests of each cohort, spread over the last minute. */
function writeTraffic(into: WrittenMetrics, { canaryMs, controlMs }: { canaryMs: number; controlMs: number }): void {
  for (const [cohort, mode, ms] of [
    ['event-driven', 'direct', canaryMs],
    ['polling', 'polling', controlMs],
  ] as const) {
    const whole = { service: 'forward-request', cohort };
    const part = { ...whole, mode };
    for (let i = 0; i < 40; i++) {
      const at = Date.now() - 10_000 - i * 1000;
      into.put('Requests', 1, [whole, part], at);
      into.put('ResponseTime', ms, [whole, part], at);
      into.put('ReturnTime', ms / 2, [whole, part], at);
      if (mode === 'direct') into.put('WakeLatency', 8, [{ service: 'forward-request', source: 'direct' }], at);
    }
  }
}
