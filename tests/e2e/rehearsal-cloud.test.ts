import { shortName } from '../../environments/physical-name';
import { TICKET_KEYS_ID } from '../../functions/core/ticket-keys';
import { startRehearsal } from '../../rehearse/rehearsal-cloud';

test('a rehearsal begins with keys of tickets, as in an environment that is not new', async () => {
  const rehearsal = await startRehearsal({ mode: 'direct', percent: 100, faults: [], timeFactor: 1, rate: 1, seed: 1 });
  try {
    const { dynamodb, spec } = rehearsal.cloud.services;
    const table = spec.tables.find(({ name }) => shortName(name) === 'tunnels')?.name ?? '';
    const ids = (await dynamodb.scan(table)).map((row) => (row['tunnelId'] as { S: string }).S);
    expect(ids).toContain(TICKET_KEYS_ID);
  } finally {
    await rehearsal.close();
  }
});
