import { burst } from '../support/burst';
import { visitAtOnce, visitFor } from '../support/visitors';

/** Only a hang takes longer. */
jest.setTimeout(900_000);

test('visitors who come at once, and many for a while, get their own answers from npm start, which says nothing and leaves nothing', async () => {
  const report = await burst([
    { name: '200 visitors at once', visit: (url) => visitAtOnce(url, 200) },
    { name: '50 visitors for 5 s', visit: (url) => visitFor(url, 50, 5000) },
  ]);
  expect(report.problems).toEqual([]);
});
