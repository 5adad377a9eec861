import { CASES, planCase, rateOf, SIZES } from '../../../bench/bodies/cases';
import { parseBodiesOptions } from '../../../bench/bodies/options';

const PLAN = { seed: 1, requests: 5, rate: 8 };

test('the cases contain each size in both directions, and no two requests of a run have the same index', () => {
  expect(CASES).toHaveLength(Object.keys(SIZES).length * 2);
  const indices = CASES.flatMap((each) => planCase(each, PLAN).map(({ index }) => index));
  expect(new Set(indices).size).toBe(CASES.length * PLAN.requests);
});

test('the size of a case is the size of the request for an upload and of the answer for a download', () => {
  expect(planCase({ size: '300 KB', direction: 'upload' }, PLAN)[0]).toMatchObject({ upload: 300 * 1024, download: 1024 });
  const [download] = planCase({ size: '300 KB', direction: 'download' }, PLAN);
  expect(download).toMatchObject({ download: 300 * 1024 });
  expect(download).not.toHaveProperty('upload');
});

test('large bodies are requested at a lower rate', () => {
  expect(rateOf(SIZES['1 KB'], 8)).toBe(8);
  expect(rateOf(SIZES['4 MB'], 8)).toBe(1);
});

test('an invalid option is refused with an error that names it', () => {
  expect(() => parseBodiesOptions(['--requests', '0'])).toThrow(/--requests/);
  expect(() => parseBodiesOptions(['--contenders', 'pigeon'])).toThrow(/pigeon/);
});
