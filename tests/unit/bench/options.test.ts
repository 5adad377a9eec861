import { AWS_PROFILE } from '../../../emulator/latency/latency-profile';
import { alike, environmentOf } from '../../../bench/contenders';
import { parseBenchOptions, type BenchOptions } from '../../../bench/options';
import { CommandLineError } from '../../../cli/command-line';

const options = (...args: string[]): BenchOptions => parseBenchOptions(args) as BenchOptions;

test('the default options are the whole benchmark under the latencies of AWS', () => {
  expect(options()).toMatchObject({
    latency: AWS_PROFILE,
    seed: 1,
    requests: 900,
    rate: 8,
    agentMedian: 250,
    agentSigma: 0.6,
    bytes: 3072,
    contenders: ['polling', 'polling-flat-100', 'bus', 'direct-row', 'direct'],
    quick: false,
    report: true,
    out: 'docs/benchmarks',
  });
});

test('--quick reduces the number of requests, unless --requests gives the number', () => {
  expect(options('--quick').requests).toBe(120);
  expect(options('--quick', '--requests', '12').requests).toBe(12);
});

test('--memory sets the memory of the functions that a visit runs, and of no other function', () => {
  expect(options().memory).toBeUndefined();
  const { memory } = options('--memory', '1024');
  const { functions } = environmentOf('direct', alike(memory));
  const local = environmentOf('direct').functions;
  const sized = (name: keyof typeof local): object => ({ ...local[name], memoryMb: 1024 });
  expect(functions).toEqual({ ...local, 'forward-request': sized('forward-request'), 'receive-message': sized('receive-message') });
});

test('--help returns the usage', () => {
  const parsed = parseBenchOptions(['--help']);
  expect('help' in parsed && parsed.help).toContain('--latency <profile>');
});

test.each([
  [['--latency', 'mars'], 'mars'],
  [['--seed', '-1'], '--seed'],
  [['--rate', '0'], 'above 0'],
  [['--bytes', '10'], 'of at least 64'],
  [['--memory', '64'], '--memory'],
  [['--memory', '20000'], '--memory'],
  [['--contenders', 'direct,pigeon'], 'no contender "pigeon"'],
  [['--quik'], "unknown option '--quik'"],
  [['quick'], 'too many arguments'],
])('the arguments %j are refused with one line that says why', (args, reason) => {
  expect(() => parseBenchOptions(args)).toThrow(CommandLineError);
  expect(() => parseBenchOptions(args)).toThrow(reason);
  expect(() => parseBenchOptions(args)).toThrow(/^[^\n]+$/);
});
