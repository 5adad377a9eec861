import { bodyRefOf } from '../../../protocol';
import { responseBodyKey } from '../../../functions/core/body-store';
import { RequestBodies } from '../../../functions/core/request-bodies';
import { InMemoryBodies } from '../../support/in-memory-bodies';

test('release removes the request body and the fetched response body from the store, each exactly once', async () => {
  const store = new InMemoryBodies();
  const remove = jest.spyOn(store, 'remove');
  const bodies = new RequestBodies('r1', store);
  await bodies.lend(Buffer.from('question'), 1);
  const ref = bodyRefOf(Buffer.from('answer'));
  await store.put(responseBodyKey('r1', ref), Buffer.from('answer'), ref);
  await bodies.fetch({ kind: 'response', statusCode: 200, headers: {}, body: ref });
  await bodies.release();
  await bodies.release();
  expect(remove.mock.calls).toEqual([['requests/r1'], [responseBodyKey('r1', ref)]]);
});

test('fetch returns a failure, and an answer that contains its body, without a change', async () => {
  const bodies = new RequestBodies('r1', new InMemoryBodies());
  const failure = { kind: 'failure', code: 'timeout', message: 'm' } as const;
  const whole = { kind: 'response', statusCode: 200, headers: {}, body: Buffer.from('hi') } as const;
  await expect(bodies.fetch(failure)).resolves.toEqual(failure);
  await expect(bodies.fetch(whole)).resolves.toEqual(whole);
});
