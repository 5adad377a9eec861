import { parseRehearseOptions, type RehearseOptions } from '../../../rehearse/options';
import { SCENARIOS } from '../../../rehearse/scenarios';
import { CommandLineError } from '../../../cli/command-line';

const options = (...args: string[]): RehearseOptions => parseRehearseOptions(args) as RehearseOptions;

test('without options the rehearsal runs every scenario with the time factor 10', () => {
  expect(options('rollback')).toEqual({
    rehearsal: 'rollback',
    scenarios: SCENARIOS.map(({ name }) => name),
    timeFactor: 10,
    rate: 6,
    seed: 1,
    json: false,
  });
});

test('--scenario of npm run rehearse may be repeated, and the scenarios keep the given order', () => {
  expect(options('rollback', '--scenario', 'mend', '--scenario', 'slow-wakes').scenarios).toEqual(['mend', 'slow-wakes']);
});

test('--help of npm run rehearse lists each scenario with its description', () => {
  const parsed = parseRehearseOptions(['--help']);
  for (const { name, story } of SCENARIOS) expect('help' in parsed && parsed.help).toMatch(new RegExp(`${name} +${story}`));
});

test.each([
  [[], "missing required argument 'what'"],
  [['roll-back'], 'roll-back'],
  [['rollback', '--scenario', 'war'], 'no scenario "war"'],
  [['rollback', '--time-factor', '0.5'], 'from 1 to 20'],
  [['rollback', '--time-factor', 'ten'], 'from 1 to 20'],
  [['first-day'], 'first-day'],
  [['rollback', 'twice'], 'too many arguments'],
])('the rehearsal arguments %j are refused with an error that names the problem', (args, problem) => {
  expect(() => parseRehearseOptions(args)).toThrow(CommandLineError);
  expect(() => parseRehearseOptions(args)).toThrow(problem);
});
