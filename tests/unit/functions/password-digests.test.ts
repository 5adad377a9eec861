import { cachedPasswordDigests } from '../../../functions/password-digests';

const counting = () => {
  const computed: string[] = [];
  return { computed, compute: async (secret: string, salt: string) => `${computed.push(`${secret} ${salt}`) > 0} ${secret} ${salt}` };
};

test('a password is digested once, and once more under the salt of another tunnel', async () => {
  const { computed, compute } = counting();
  const digest = cachedPasswordDigests(10, compute);
  for (let i = 0; i < 5; i++) await digest('ann:secret', 'one');
  await expect(digest('ann:secret', 'two')).resolves.toBe('true ann:secret two');
  await expect(digest('ann:secret', 'one')).resolves.toBe('true ann:secret one');
  expect(computed).toEqual(['ann:secret one', 'ann:secret two']);
});

test('guesses without end take no memory without end, and do not push out what is in use', async () => {
  const { computed, compute } = counting();
  const digest = cachedPasswordDigests(3, compute);
  for (let guess = 0; guess < 100; guess++) {
    await digest('ann:secret', 's');
    await digest(`ann:${guess}`, 's');
  }
  expect(computed.filter((each) => each === 'ann:secret s')).toHaveLength(1);
  await digest('ann:0', 's');
  expect(computed.filter((each) => each === 'ann:0 s')).toHaveLength(2);
});

test('a digest that failed is computed again', async () => {
  let calls = 0;
  const digest = cachedPasswordDigests(3, async () => (++calls === 1 ? Promise.reject(new Error('no memory')) : 'digest'));
  await expect(digest('a', 's')).rejects.toThrow('no memory');
  await expect(digest('a', 's')).resolves.toBe('digest');
});
