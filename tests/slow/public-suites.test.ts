/** Test suites of other projects, run without the tunnel and through it. They come from the npm registry, which this test has to reach. */
import { differencesOf, explainedOf } from '../support/public-suites/differences';
import { installedPackages } from '../support/public-suites/installed-packages';
import { runSuite, type Outcomes } from '../support/public-suites/run-suite';
import { SuiteTunnels } from '../support/public-suites/suite-tunnels';
import { SUITES } from '../support/public-suites/suites';

const MINUTES = 60_000;

let packages: string;
let tunnels: SuiteTunnels;
beforeAll(async () => {
  tunnels = await SuiteTunnels.start();
  packages = await installedPackages();
}, 10 * MINUTES);
afterAll(() => tunnels.close());

test.each(SUITES)(
  'each test of $name that does not pass through the tunnel has a row in docs/http-suites.md, and each row is such a test',
  async (suite) => {
    const direct = await runSuite(suite, packages);
    const before = tunnels.visits;
    const through = await runSuite(suite, packages, tunnels.port);
    report(suite.name, direct, tunnels.visits - before);
    expect(reasons(through, differencesOf(direct, through))).toEqual(reasons(through, explainedOf(suite.name)));
  },
  30 * MINUTES,
);

/** Each name with the reason of the failure, so that a difference without a row can be understood. */
const reasons = (through: Outcomes, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, through.get(name)?.error ?? through.get(name)?.state ?? 'there is no such test']));

function report(name: string, direct: Outcomes, visits: number): void {
  const failed = [...direct].filter(([, { state }]) => state === 'failed').map(([test]) => `\n  fails without the tunnel: ${test}`);
  process.stderr.write(`\n${name}: ${direct.size} tests, ${visits} requests through the tunnel${failed.join('')}\n`);
}
