import { MessageBudget } from '../../../functions/core/message-budget';

const EVE = { owner: 'eve', connectionId: 'c1' };

function budget() {
  let now = 1_000_000;
  const messages = new MessageBudget(() => now, { burst: 200, perSecond: 10 });
  const send = (count: number, from = EVE): void => {
    for (let i = 0; i < count; i++) messages.spend(from);
  };
  return { messages, send, pass: (ms: number) => (now += ms) };
}

test('the budget of a connection lasts for 200 messages at once', () => {
  const { messages, send } = budget();
  send(199);
  expect(messages.isSpent(EVE)).toBe(false);
  send(1);
  expect(messages.isSpent(EVE)).toBe(true);
});

test('ten messages a second never spend the budget of a connection', () => {
  const { messages, send, pass } = budget();
  for (let seconds = 0; seconds < 3600; seconds++) {
    send(10);
    expect(messages.isSpent(EVE)).toBe(false);
    pass(1000);
  }
});

test('a quiet second gives back ten messages', () => {
  const { messages, send, pass } = budget();
  send(200);
  pass(1000);
  send(9);
  expect(messages.isSpent(EVE)).toBe(false);
  send(1);
  expect(messages.isSpent(EVE)).toBe(true);
});

test('the budget of an owner lasts for 400 messages at once, whatever the number of connections', () => {
  const { messages, send } = budget();
  for (let i = 0; i < 40; i++) send(10, { owner: 'eve', connectionId: `c${i}` });
  expect(messages.isSpent({ owner: 'eve', connectionId: 'new' })).toBe(true);
  expect(messages.isSpent({ owner: 'ann', connectionId: 'c-ann' })).toBe(false);
});
