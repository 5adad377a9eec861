import { Meter } from '../../../bench/meter';
import type { StreamRecord } from '../../../local/services';

const written = (row: Record<string, string>, before?: Record<string, string>): StreamRecord => {
  const image = (attributes: Record<string, string>) => Object.fromEntries(Object.entries(attributes).map(([name, S]) => [name, { S }]));
  const dynamodb = { NewImage: image(row), ...(before && { OldImage: image(before) }) };
  return { dynamodb } as unknown as StreamRecord;
};

function metered(eventDriven: boolean): Meter {
  const meter = new Meter(eventDriven);
  const polling = { mode: 'polling', cohort: 'polling' };
  const direct = { mode: 'direct', cohort: 'event-driven' };
  meter.onRecord(written(polling));
  meter.start();
  for (const row of [polling, direct]) meter.onRecord(written(row));
  meter.onRecord(written({ ...polling, status: 'completed' }, polling));
  meter.onRecord(written({ ...direct, wake: 'bus' }, direct));
  meter.stop();
  return meter;
}

test('a request that was never to be woken, and one that the bus had to wake, did not go the way of mode direct', () => {
  expect(metered(true).fallbacks).toBe(2);
});

test('where everybody is to poll, polling is the way', () => {
  expect(metered(false).fallbacks).toBe(1);
});
