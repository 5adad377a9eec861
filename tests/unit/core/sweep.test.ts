import { sweep, type SweepStore } from '../../../functions/core/sweep';

const NOW = 1_000_000;
const RUN = { run: 0, nameCooldownMs: 500 };

function store(overrides: Partial<SweepStore> = {}) {
  const log: string[] = [];
  const base: SweepStore = {
    expiredRequests: async function* () {},
    removeRequest: async (id) => log.push(`remove request ${id}`) > 0,
    tunnelRows: async function* () {},
    removeTunnel: async (id) => log.push(`remove tunnel ${id}`) > 0,
    removeOwnerRow: async ({ tunnelId }) => log.push(`remove row ${tunnelId}`) > 0,
    removeEntries: async ({ tunnelId }, names) => void log.push(`remove ${names.join()} of ${tunnelId}`),
    bodiesBefore: async function* () {},
    removeBody: async (key) => void log.push(`remove body ${key}`),
    connectionExists: async () => true,
    releaseConnection: async (_, connection) => log.push(`release ${connection}`) > 0,
  };
  return { log, store: { ...base, ...overrides } };
}

test('the sweep removes rows some time after their deadline, so that waiters can remove them first', async () => {
  let asked = 0;
  const { log, store: swept } = store({
    expiredRequests: async function* (now) {
      asked = now;
      yield 'r1';
    },
  });
  await expect(sweep(swept, NOW, RUN)).resolves.toEqual({ requests: 1, tunnels: 0, connections: 0, bodies: 0 });
  expect(log).toEqual(['remove request r1']);
  expect(asked).toBeLessThan(NOW);
});

test('the sweep does not count a row that was removed meanwhile', async () => {
  const { store: swept } = store({
    expiredRequests: async function* () {
      yield 'r1';
    },
    removeRequest: async () => false,
  });
  await expect(sweep(swept, NOW, RUN)).resolves.toMatchObject({ requests: 0 });
});

test('the sweep removes tunnels whose cool-down is over, and keeps other tunnels', async () => {
  const { log, store: swept } = store({
    tunnelRows: async function* () {
      yield { tunnelId: 'old', owner: 'ann', leaseExpiresAt: NOW - 501 };
      yield { tunnelId: 'cooling', owner: 'ann', leaseExpiresAt: NOW - 500 };
      yield { tunnelId: 'kept', owner: 'ann', leaseExpiresAt: NOW + 1 };
    },
  });
  await expect(sweep(swept, NOW, RUN)).resolves.toEqual({ requests: 0, tunnels: 1, connections: 0, bodies: 0 });
  expect(log).toEqual(['remove tunnel old']);
});

test('the sweep finds a dead connection within ten runs with one call to API Gateway', async () => {
  let asked = 0;
  const { log, store: swept } = store({
    tunnelRows: async function* () {
      yield { tunnelId: 'demo', owner: 'ann', connectionId: 'dead', leaseExpiresAt: NOW + 1 };
    },
    connectionExists: async () => {
      asked++;
      return false;
    },
  });
  let found = 0;
  for (let run = 0; run < 10; run++) found += (await sweep(swept, NOW, { ...RUN, run })).connections;
  expect([asked, found]).toEqual([1, 1]);
  expect(log).toEqual(['release dead']);
});

test('the sweep releases no connection of a tunnel whose agent is away', async () => {
  const { log, store: swept } = store({
    tunnelRows: async function* () {
      yield { tunnelId: 'demo', owner: 'ann', leaseExpiresAt: NOW + 1 };
    },
    connectionExists: async () => false,
  });
  for (let run = 0; run < 10; run++) await sweep(swept, NOW, { ...RUN, run });
  expect(log).toEqual([]);
});

test('the sweep removes bodies that no request needs any more', async () => {
  let asked = 0;
  const { log, store: swept } = store({
    bodiesBefore: async function* (time) {
      asked = time;
      yield 'requests/r1';
    },
  });
  await expect(sweep(swept, NOW, RUN)).resolves.toEqual({ requests: 0, tunnels: 0, connections: 0, bodies: 1 });
  expect(log).toEqual(['remove body requests/r1']);
  // API Gateway gives up on a request after 30 s.
  expect(asked).toBeLessThan(NOW - 30_000);
});

test("the sweep removes an owner's row that is empty, and expired entries of a row that is in use", async () => {
  const { log, store: swept } = store({
    tunnelRows: async function* () {
      yield { tunnelId: '#in-flight/ann', emptyBy: NOW - 60_000, 'e:killed': NOW - 90_000 };
      yield { tunnelId: '#in-flight/eve', emptyBy: NOW, 'e:killed': NOW - 90_000, 'e:running': NOW - 28_000 };
      yield {
        tunnelId: '#connections/eve',
        emptyBy: NOW + 7_200_000,
        'e:ended': { tunnelId: 'a', since: NOW - 90_000, until: 0 },
        'e:ended-just-now': { tunnelId: 'b', since: NOW - 10_000, until: 0 },
        'e:open': { tunnelId: 'c', since: NOW - 90_000, until: NOW + 1 },
        refusedUntil: NOW - 90_000,
      };
    },
  });
  await sweep(swept, NOW, RUN);
  expect(log).toEqual(['remove row #in-flight/ann', 'remove e:killed of #in-flight/eve', 'remove e:ended of #connections/eve']);
});
