import { limitGuesses } from '../../../functions/core/guess-limit';
import { TunnelError } from '../../../functions/core/tunnel-error';
import { VirtualClock } from '../../support/virtual-clock';

const ANN = 'salt of ann';

function limited() {
  const clock = new VirtualClock();
  const digested: string[] = [];
  const digest = limitGuesses((secret) => Promise.resolve(`digest ${digested.push(secret)}`), clock.now);
  /** Tries `count` new passwords, and returns how many of them were digested. */
  const tried = async (count: number, address: string, salt = ANN): Promise<number> => {
    const before = digested.length;
    for (let i = 0; i < count; i++) await digest(`ann:${i}`, salt, address).catch(() => undefined);
    return digested.length - before;
  };
  return { clock, digest, tried };
}

test('ten passwords per minute are digested for one visitor of a tunnel, and further passwords are refused with 429', async () => {
  const { clock, digest, tried } = limited();
  expect(await tried(9, '192.0.2.7')).toBe(9);
  await clock.advance(59_500);
  expect(await tried(5, '192.0.2.7')).toBe(1);
  const refused = await digest('ann:the right one', ANN, '192.0.2.7').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TunnelError);
  expect(refused).toMatchObject({ code: 'too_many_guesses', status: 429, headers: { 'retry-after': ['1'] } });
  await clock.advance(500);
  expect(await tried(20, '192.0.2.7')).toBe(10);
});

test('the limit of one visitor affects neither other visitors nor other tunnels of that visitor', async () => {
  const { tried } = limited();
  await tried(20, '192.0.2.7');
  expect(await tried(1, '192.0.2.8')).toBe(1);
  expect(await tried(1, '192.0.2.7', 'salt of bob')).toBe(1);
});

test.each([
  ['2001:db8::1', '2001:db8::ffff:1', true],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', true],
  ['2001:db8:0:0:1::', '2001:db8::2:0:0:1', true],
  ['::1', '::2', true],
  ['::1', '0:0:0:0:0:0:0:2', true],
  ['2001::2:3:4:5:6:7', '2001:0:2:3::9', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:c000:201', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['::ffff:192.0.2.1', '::1', false],
  ['2001:DB8::1', '2001:0db8::2', true],
  ['2001:db8:1:23::1', '2001:db8:12:3::1', false],
  ['2001:db8:1::1', '2001:db8:2::1', false],
  ['2001:db8:0:1::1', '2001:db8::1', false],
])('%s and %s count as the same visitor: %s', async (one, other, same) => {
  const { tried } = limited();
  await tried(10, one);
  expect(await tried(1, other)).toBe(same ? 0 : 1);
});

test('the limit keeps the counts of at most 1,000 visitors and drops the oldest count', async () => {
  const { tried } = limited();
  await tried(10, '192.0.2.7');
  for (let i = 0; i < 999; i++) await tried(1, `10.0.${i >> 8}.${i & 255}`);
  expect(await tried(1, '192.0.2.7')).toBe(0);
  await tried(1, '10.1.0.0');
  expect(await tried(1, '192.0.2.7')).toBe(1);
});
