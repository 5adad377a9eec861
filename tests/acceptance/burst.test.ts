import { burst } from '../support/burst';
import { visitAtOnce, visitFor } from '../support/visitors';

/** Long enough for a busy machine: only a run that hangs takes longer. */
jest.setTimeout(900_000);

test('200 visitors at once, and 50 visitors for 5 s, get their own answers from npm start, without a warning or a leftover', async () => {
  const report = await burst([
    { name: '200 visitors at once', visit: (url) => visitAtOnce(url, 200) },
    { name: '50 visitors for 5 s', visit: (url) => visitFor(url, 50, 5000) },
  ]);
  expect(report.problems).toEqual([]);
});
