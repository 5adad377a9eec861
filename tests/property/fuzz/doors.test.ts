import fc from 'fast-check';
import { AT_ONCE, atOnce, FUZZ_TIMEOUT_MS, fuzzing, withBoundedMemory } from '../../support/fuzz';
import { DOORS, type Door } from '../../support/fuzzed-doors';
import { exchangeInputs, sendRaw, statusesIn } from '../../support/gateway-raw-http';
import { hostileHttp } from '../../support/hostile-http';
import { withoutStrayErrors } from '../../support/stray-errors';

const INPUTS = 100;

/**
 * Statuses above 499 that HTTP itself demands: 501 for a method or transfer coding that the server does not have (RFC 9110 section 9.1,
 * RFC 9112 section 6.1), 505 for a version of HTTP that it does not have (RFC 9110 section 15.6.6).
 */
const DEMANDED = [501, 505];

describe.each(Object.keys(DOORS))('%s', (name) => {
  let door: Door;
  beforeAll(async () => {
    door = await (DOORS[name] as () => Promise<Door>)();
  });
  afterAll(() => door.close());

  test(
    'answers any bytes with 2xx, 3xx or 4xx or not at all, closes each connection that ends, and serves the next client',
    async () => {
      const complete = `GET ${door.words.paths[0] ?? ''} HTTP/1.1\r\nHost: ${door.words.host}\r\nConnection: close\r\n\r\n`;
      const seen = new Set<number>();
      await withoutStrayErrors(() =>
        withBoundedMemory(() =>
          fc.assert(
            fc.asyncProperty(atOnce(hostileHttp(door.words)), async (inputs) => {
              door.forget();
              for (const [i, received] of (await exchangeInputs(door.port, inputs, complete)).entries()) {
                for (const status of statusesIn(received)) {
                  seen.add(status);
                  const isAllowed = status < 500 || DEMANDED.includes(status);
                  // With the input in the object, the message of a failure has it.
                  expect({ status, isAllowed, input: inputs[i]?.toString('latin1') }).toMatchObject({ isAllowed: true });
                }
              }
              expect(door.warnings).toEqual([]);
            }),
            { ...fuzzing(INPUTS, AT_ONCE), endOnFailure: true },
          ),
        ),
      );
      expect([...seen].filter((status) => status >= 400).length).toBeGreaterThan(1);
      expect(statusesIn(await sendRaw(door.port, complete))).toHaveLength(1);
    },
    FUZZ_TIMEOUT_MS,
  );
});
