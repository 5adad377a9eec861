import { CommandLineError } from '../../../cli/command-line';
import { parseChaosOptions, type ChaosOptions } from '../../../chaos/options';

const options = (...args: string[]): ChaosOptions => parseChaosOptions(args) as ChaosOptions;

test('without options the fault lab sends 1,000 requests with seed 1', () => {
  expect(options()).toEqual({ requests: 1000, seed: 1, rate: 30, printPlan: false, reruns: 6, json: false });
});

test('every option of the fault lab is read', () => {
  const args = [
    '--requests',
    '100000',
    '--seed',
    '20261130',
    '--rate',
    '45',
    '--reruns',
    '0',
    '--json',
    '--markdown',
    'docs/benchmarks/chaos.md',
  ];
  expect(options(...args)).toEqual({
    requests: 100_000,
    seed: 20_261_130,
    rate: 45,
    printPlan: false,
    reruns: 0,
    json: true,
    markdown: 'docs/benchmarks/chaos.md',
  });
  expect(options('--plan', 'plan.json').plan).toBe('plan.json');
});

test.each([
  [['--requests', '0'], 'from 1 to 1000000'],
  [['--requests', 'many'], 'from 1 to 1000000'],
  [['--seed', '-1'], 'a whole number'],
  [['--rate', '0'], 'from 0.1 to 1000'],
  [['--reruns', '1.5'], 'from 0 to 1000'],
  [['--plan', 'x.json', '--seed', '3'], "option '--plan <file>' cannot be used with option '--seed <n>'"],
  [['now'], 'too many arguments'],
])('the arguments %j of the fault lab are refused with an error that names the problem', (args, problem) => {
  expect(() => parseChaosOptions(args)).toThrow(CommandLineError);
  expect(() => parseChaosOptions(args)).toThrow(problem);
});
