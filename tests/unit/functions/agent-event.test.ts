import { identityOf } from '../../../functions/aws/agent-event';

const event = (authorizer?: Record<string, unknown>) => ({ requestContext: { connectionId: 'c1', ...(authorizer && { authorizer }) } });
const IDENTITY = { owner: 'ann', tunnelId: 'demo', lease: 'l1' };

test('the sender of a message is the identity from the authorizer, not an identity in the message body', () => {
  const body = JSON.stringify({ owner: 'eve', tunnelId: 'other', claim: 'granted' });
  expect(identityOf({ ...event({ ...IDENTITY, claim: 'held' }), body })).toEqual({ ...IDENTITY, claim: 'held', connectionId: 'c1' });
});

test('a missing or unknown claim from the authorizer counts as the claim "held"', () => {
  for (const claim of [undefined, '', 'GRANTED', true]) expect(identityOf(event({ ...IDENTITY, claim }))).toMatchObject({ claim: 'held' });
  expect(identityOf(event({ ...IDENTITY, claim: 'granted' }))).toMatchObject({ claim: 'granted' });
});

test('an event without an identity from the authorizer causes an error', () => {
  expect(() => identityOf(event())).toThrow(/behind authorize-agent/);
  expect(() => identityOf(event({ ...IDENTITY, owner: undefined }))).toThrow(/behind authorize-agent/);
});
