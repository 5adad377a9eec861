import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TimeHistogram } from '../../../bench/histogram';
import type { LocalBenchResult, LocalRun } from '../../../bench/local/local-bench';
import { parseLocalBenchOptions, type LocalBenchOptions } from '../../../bench/local/options';
import { localPlot } from '../../../bench/local/plot';
import { localJson, localReport, localTables } from '../../../bench/local/report';
import { visit } from '../../../bench/local/visitors';
import { CommandLineError } from '../../../cli/command-line';

describe('the options of the local benchmark', () => {
  test('default to runs of ten seconds with 1 to 100 concurrent visitors, and to a report', () => {
    expect(parseLocalBenchOptions([])).toEqual({ seconds: 10, concurrent: [1, 5, 10, 20, 50, 100], out: 'docs/benchmarks', report: true });
  });

  test('choose the runs and the file for the figures', () => {
    const args = ['--seconds', '3', '--concurrent', '2,20', '--json', 'figures.json', '--no-report'];
    expect(parseLocalBenchOptions(args)).toMatchObject({ seconds: 3, concurrent: [2, 20], json: 'figures.json', report: false });
  });

  test.each([
    [['--seconds', '0'], '--seconds'],
    [['--concurrent', '5,,10'], 'from 1 to 1000'],
    [['--concurrent', '5,1001'], 'from 1 to 1000'],
    [['--concurrent', 'many'], 'from 1 to 1000'],
    [['--quick'], "unknown option '--quick'"],
  ])('are refused with one line that says why: %j', (args, reason) => {
    expect(() => parseLocalBenchOptions(args)).toThrow(CommandLineError);
    expect(() => parseLocalBenchOptions(args)).toThrow(reason);
    expect(() => parseLocalBenchOptions(args)).toThrow(/^[^\n]+$/);
  });
});

describe('the visitors of the local benchmark', () => {
  let server: Server;
  const listen = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  afterEach(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });

  test('wait for their last answers when the time is over, and count each request', async () => {
    let received = 0;
    let open = 0;
    const url = await listen((_request, response) => {
      received++;
      open++;
      setTimeout(() => response.end('here you are'), 200);
      response.once('finish', () => open--);
    });
    const seen = await visit(url, 4, 0.5, new AbortController().signal);
    expect(open).toBe(0);
    expect(seen).toMatchObject({ concurrent: 4, requests: received, answered: received, failures: {} });
    expect(seen.answeredInTime).toBeLessThanOrEqual(received - 4);
    expect(seen.times.percentile(0)).toBeGreaterThan(150);
  });

  test('count failures by status, and requests that got no answer', async () => {
    const answers = { refused: 0, dropped: 0, answered: 0 };
    const url = await listen((_request, response) => {
      const turn = (answers.refused + answers.dropped + answers.answered) % 3;
      if (turn === 0) {
        answers.refused++;
        response.writeHead(503).end('busy');
      } else if (turn === 1) {
        answers.dropped++;
        response.destroy();
      } else {
        answers.answered++;
        setTimeout(() => response.end('here you are'), 10);
      }
    });
    const seen = await visit(url, 2, 0.5, new AbortController().signal);
    const { 503: refused, ...unanswered } = seen.failures;
    expect({ answered: seen.answered, refused }).toEqual({ answered: answers.answered, refused: answers.refused });
    expect(Object.values(unanswered).reduce((a, b) => a + b, 0)).toBe(answers.dropped);
    expect(seen.requests).toBe(answers.refused + answers.dropped + answers.answered);
  });

  test('stop when the run is aborted', async () => {
    const leaving = new AbortController();
    const url = await listen(() => leaving.abort(new Error('it is over')));
    await expect(visit(url, 3, 3600, leaving.signal)).rejects.toThrow('it is over');
  });
});

describe('the report of the local benchmark', () => {
  const times = (...values: readonly number[]): TimeHistogram => {
    const times = new TimeHistogram();
    for (const value of values) times.record(value);
    return times;
  };
  const processes = (cpuMs: Record<string, number>): Pick<LocalRun, 'processes'> => ({
    processes: { environments: 6, environmentsStarted: 2, cpuMs, memoryMb: { emulator: 150, environments: 300, agent: 60 } },
  });
  const one: LocalRun = { concurrent: 1, seconds: 2, requests: 40, answered: 40, answeredInTime: 39, times: times(20, 30), failures: {} };
  const many: LocalRun = {
    concurrent: 50,
    seconds: 2,
    requests: 60,
    answered: 0,
    answeredInTime: 0,
    times: times(),
    failures: { 503: 58, 'time-out': 2 },
  };
  const result = (...runs: readonly LocalRun[]): LocalBenchResult => ({
    options: parseLocalBenchOptions(['--seconds', '2', '--concurrent', '1,50']) as LocalBenchOptions,
    startedAt: new Date(0),
    seconds: 10,
    readySeconds: 3,
    firstVisitMs: 60,
    runs,
    warnings: [],
  });

  test('contains the CPU time of each process per answered request over all runs', () => {
    const full = result({ ...one, ...processes({ emulator: 400, agent: 40 }) }, { ...many, ...processes({ emulator: 400, sweep: 4 }) });
    expect(localJson(full)).toMatchObject({
      runs: [
        {
          concurrent: 1,
          perSecond: 19.5,
          failed: 0,
          environments: 6,
          environmentsStarted: 2,
          p50Ms: expect.closeTo(20, 0),
          p99Ms: expect.closeTo(30, 0),
        },
        { concurrent: 50, perSecond: 0, failed: 60, p50Ms: null, p99Ms: null, cpuMsPerRequest: null },
      ],
      cpuMsPerRequest: { emulator: 20, 'forward-request': 0, 'receive-message': 0, agent: 1, sweep: 0.1 },
    });
    expect(localReport(full, 'local.svg')).toContain('| 50 | 0.0 | - | - | 60 | 60 (58 × 503, 2 × time-out) | 6 | 2 |');
    expect(localPlot(full)).toMatch(/^<svg .*p99.*<\/svg>$/s);
  });

  test('leaves out the figures of /proc on a system without /proc, and says so', () => {
    const partial = result(one, many);
    expect(localJson(partial)).toMatchObject({
      runs: [{ perSecond: 19.5, environments: null }, { environments: null }],
      cpuMsPerRequest: { emulator: null, 'forward-request': null, 'receive-message': null, agent: null },
    });
    expect(localTables(partial)).toHaveLength(1);
    expect(localReport(partial, 'local.svg')).toContain('no /proc');
  });
});
