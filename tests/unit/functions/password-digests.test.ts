import { TunnelError } from '../../../functions/core/tunnel-error';
import { cachedPasswordDigests } from '../../../functions/password-digests';

const VISITOR = '192.0.2.7';

const counting = () => {
  const computed: string[] = [];
  return { computed, compute: async (secret: string, salt: string) => `${computed.push(`${secret} ${salt}`) > 0} ${secret} ${salt}` };
};

test('a password is digested once per salt, so a second tunnel computes its own digest', async () => {
  const { computed, compute } = counting();
  const digest = cachedPasswordDigests(10, compute);
  for (let i = 0; i < 5; i++) await digest('ann:secret', 'one', VISITOR);
  await expect(digest('ann:secret', 'two', VISITOR)).resolves.toBe('true ann:secret two');
  await expect(digest('ann:secret', 'one', VISITOR)).resolves.toBe('true ann:secret one');
  expect(computed).toEqual(['ann:secret one', 'ann:secret two']);
});

test('many guesses do not grow the cache of digests above its limit and do not evict a digest that is in use', async () => {
  const { computed, compute } = counting();
  const digest = cachedPasswordDigests(3, compute);
  for (let guess = 0; guess < 100; guess++) {
    await digest('ann:secret', 's', VISITOR);
    await digest(`ann:${guess}`, 's', VISITOR);
  }
  expect(computed.filter((each) => each === 'ann:secret s')).toHaveLength(1);
  await digest('ann:0', 's', VISITOR);
  expect(computed.filter((each) => each === 'ann:0 s')).toHaveLength(2);
});

test('a digest whose computation failed is computed again', async () => {
  let calls = 0;
  const digest = cachedPasswordDigests(3, async () => (++calls === 1 ? Promise.reject(new Error('no memory')) : 'digest'));
  await expect(digest('a', 's', VISITOR)).rejects.toThrow('no memory');
  await expect(digest('a', 's', VISITOR)).resolves.toBe('digest');
});

test('a refused guess is not cached and does not evict a cached digest', async () => {
  const { computed, compute } = counting();
  const refusing = (secret: string, salt: string): Promise<string> =>
    secret.startsWith('guess') ? Promise.reject(new TunnelError('too_many_guesses')) : compute(secret, salt);
  const digest = cachedPasswordDigests(2, refusing);
  const known = ['ann:secret', 'bob:secret'];
  for (const secret of known) await digest(secret, 's', VISITOR);
  for (let i = 0; i < 10; i++) await expect(digest(`guess ${i}`, 's', VISITOR)).rejects.toMatchObject({ status: 429 });
  for (const secret of known) await digest(secret, 's', VISITOR);
  expect(computed).toEqual(['ann:secret s', 'bob:secret s']);
});
