import type { RolloutItem } from '../../../functions/core/rollout-item';
import { rolloutCard, type CardFacts } from '../../../local/console/rollout-card';
import { rolloutItem } from '../../support/rollout-items';

const facts = (item?: RolloutItem, more: Partial<CardFacts> = {}): CardFacts => ({
  stored: { ...(item && { item }), isMalformed: false, revision: item?.since },
  initialPercent: 100,
  useEventDriven: true,
  environment: 'staging',
  alarmsOn: [],
  ...more,
});

test('the card shows the item: percent, who, why and when, and what was overruled', () => {
  expect(rolloutCard(facts(rolloutItem({ overruled: ['soak'] })))).toEqual({
    state: 'open',
    percent: 25,
    change: { since: 1_000_000, by: 'ann', why: 'next stage', overruled: ['soak'] },
    next: { command: 'npm run rollout -- --env staging next', text: 'Goes one stage on, or says what is in the way.' },
  });
});

test('until somebody changes the rollout, the setting of the environment applies', () => {
  const card = rolloutCard(facts());
  expect(card).toMatchObject({ state: 'open', percent: 100 });
  expect(card.change).toBeUndefined();
});

const latched = rolloutItem({ percent: 0, latched: true, by: 'roll-back', why: 'alarm event-driven-errors' });
const malformed: Partial<CardFacts> = { stored: { isMalformed: true, revision: undefined } };

test.each([
  ['a rollout on its way', facts(rolloutItem()), 'open', 'next', /^Goes one stage on/],
  ['the last stage', facts(), 'open', 'status', /^100 % is the last stage/],
  ['an alarm that is on', facts(rolloutItem(), { alarmsOn: ['refusals'] }), 'open', 'off --why "…"', /an alarm is on\.$/],
  ['alarms that are on', facts(undefined, { alarmsOn: ['a', 'b'] }), 'open', 'off --why "…"', /2 alarms are on\.$/],
  ['an alarm at 0 %', facts(rolloutItem({ percent: 0 }), { alarmsOn: ['a'] }), 'open', 'status', /"next" is refused: an alarm is on\.$/],
  ['a latch', facts(latched), 'latched', 'resume --why "…"', /^When the fault is mended/],
  [
    'a latch with the alarm still on',
    facts(latched, { alarmsOn: ['a'] }),
    'latched',
    'resume --why "…"',
    /^First mend the fault: an alarm is on/,
  ],
  ['a malformed item', facts(undefined, malformed), 'malformed', 'off --why "…"', /^Writes a new item/],
  ['a table that cannot be read', facts(undefined, { stored: new Error('no table') }), 'unreadable', 'status', /could not be read/],
] as const)('after %s the card says which command comes next', (_, given, state, command, text) => {
  const { state: shown, next } = rolloutCard(given);
  expect(shown).toBe(state);
  expect(next).toEqual({ command: `npm run rollout -- --env staging ${command}`, text: expect.stringMatching(text) });
});

test('the card names the alarm of a rollback by its short name', () => {
  const why = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:http-tunnel-local-stream-lag transitioned to ALARM at Tuesday';
  expect(rolloutCard(facts({ ...latched, why })).change?.why).toBe('stream-lag transitioned to ALARM at Tuesday');
});

test('with a malformed item the share is 0 %, and of a table that cannot be read the card shows the reason', () => {
  expect(rolloutCard(facts(undefined, malformed)).percent).toBe(0);
  const unreadable = rolloutCard(facts(undefined, { stored: new Error('no table') }));
  expect(unreadable).toMatchObject({ trouble: 'no table' });
  expect(unreadable.percent).toBeUndefined();
});

test('no command of the rollout turns the kill switch off', () => {
  const { state, next } = rolloutCard(facts(rolloutItem(), { useEventDriven: false }));
  expect(state).toBe('switched-off');
  expect(next.command).toBeUndefined();
});
