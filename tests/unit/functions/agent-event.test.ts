import { identityOf } from '../../../functions/aws/agent-event';

const event = (authorizer?: Record<string, unknown>) => ({ requestContext: { connectionId: 'c1', ...(authorizer && { authorizer }) } });
const IDENTITY = { owner: 'ann', tunnelId: 'demo', lease: 'l1' };

test('who sent a message is what the authorizer said, and nothing that stands in the message', () => {
  const body = JSON.stringify({ owner: 'eve', tunnelId: 'other', claim: 'granted' });
  expect(identityOf({ ...event({ ...IDENTITY, claim: 'held' }), body })).toEqual({ ...IDENTITY, claim: 'held', connectionId: 'c1' });
});

test('a claim that an older or broken authorizer did not make reaches no further than what is held', () => {
  for (const claim of [undefined, '', 'GRANTED', true]) expect(identityOf(event({ ...IDENTITY, claim }))).toMatchObject({ claim: 'held' });
  expect(identityOf(event({ ...IDENTITY, claim: 'granted' }))).toMatchObject({ claim: 'granted' });
});

test('without an authorizer nobody is anybody', () => {
  expect(() => identityOf(event())).toThrow(/behind authorize-agent/);
  expect(() => identityOf(event({ ...IDENTITY, owner: undefined }))).toThrow(/behind authorize-agent/);
});
