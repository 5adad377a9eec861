import * as v from 'valibot';
import {
  isAmong,
  isCidr,
  isInRanges,
  MAX_ACCESS_ENTRIES,
  newSalt,
  passwordDigest,
  passwordDigestSync,
  tokenDigest,
  visitorAccess,
} from '../../../protocol';

const base64 = (bytes: number, fill = 7): string => Buffer.alloc(bytes, fill).toString('base64');
const SALT = base64(16);
const DIGEST = base64(32);
const problemOf = (access: object): string | undefined => v.safeParse(visitorAccess, access).issues?.[0].message;

test.each([
  ['only a salt', { salt: SALT }],
  ['a password', { salt: SALT, passwords: [DIGEST] }],
  ['the largest number of tokens', { salt: SALT, tokens: Array<string>(MAX_ACCESS_ENTRIES).fill(DIGEST) }],
  [
    'all fields',
    { salt: SALT, passwords: [DIGEST], tokens: [DIGEST], cidrs: ['10.0.0.0/8'], forward_authorization: true, allow_preflight: true },
  ],
])('access rules can contain %s', (_, access) => {
  expect(v.parse(visitorAccess, access)).toEqual(access);
});

test.each([
  ['a salt that is too short', { salt: base64(15) }, 'is not a salt'],
  ['a salt that is too long', { salt: base64(17) }, 'is not a salt'],
  ['a salt with an extra character at the start', { salt: `!${SALT}` }, 'is not a salt'],
  ['a salt with an extra character at the end', { salt: `${SALT}!` }, 'is not a salt'],
  ['a digest with another length', { salt: SALT, passwords: [base64(31)] }, 'is not a digest'],
  ['a token instead of a digest', { salt: SALT, tokens: ['token'] }, 'is not a digest'],
  ['an invalid address range', { salt: SALT, cidrs: ['10.0.0.0/33'] }, 'is not a CIDR range'],
])('access rules are refused with %s', (_, access, problem) => {
  expect(problemOf(access)).toBe(problem);
});

test.each([
  ['passwords', DIGEST],
  ['tokens', DIGEST],
  ['cidrs', '10.0.0.1'],
])('the list %s of access rules must have 1 to 32 entries', (name, entry) => {
  expect(problemOf({ salt: SALT, [name]: [] })).toBeDefined();
  expect(problemOf({ salt: SALT, [name]: Array<string>(32).fill(entry) })).toBeUndefined();
  expect(problemOf({ salt: SALT, [name]: Array<string>(33).fill(entry) })).toBeDefined();
});

test('each new salt is different and has 16 bytes', () => {
  expect(Buffer.from(newSalt(), 'base64')).toHaveLength(16);
  expect(newSalt()).not.toBe(newSalt());
});

test('the digest of a password is computed by scrypt with fixed parameters, which agents and cloud share', async () => {
  const digest = passwordDigestSync('ann:secret', SALT);
  expect(digest).toBe('ppuWmC/ucL0tgFhm1g4je8vqliZcRlDVzrWxxCjCj5U=');
  await expect(passwordDigest('ann:secret', SALT)).resolves.toBe(digest);
});

test('a password has the same digest in composed and in decomposed Unicode form', async () => {
  const [composed, decomposed] = ['ann:p\u00e4ss', 'ann:pa\u0308ss'];
  expect(passwordDigestSync(decomposed, SALT)).toBe(passwordDigestSync(composed, SALT));
  await expect(passwordDigest(decomposed, SALT)).resolves.toBe(passwordDigestSync(composed, SALT));
});

test('passwordDigest rejects with an error when the salt is missing', async () => {
  await expect(passwordDigest('ann:secret', undefined as unknown as string)).rejects.toThrow();
});

test('the digest of a token is the SHA-256 hash of salt and token', () => {
  expect(tokenDigest('token', SALT)).toBe('Kyn4AiEz71Ta6FBRONeP7+g5sC1oTINTbR0pwBQuDR8=');
});

test.each([
  ['is the only digest of the list', DIGEST, [DIGEST], true],
  ['is the last digest of the list', DIGEST, [base64(32, 8), DIGEST], true],
  ['is the first digest of the list', DIGEST, [DIGEST, base64(32, 8)], true],
  ['is not in the list', DIGEST, [base64(32, 8)], false],
  ['is looked up in an empty list', DIGEST, [], false],
  ['is longer than the digests of the list', base64(33), [DIGEST], false],
])('isAmong finds a digest only if the list contains the digest: the digest %s', (_, digest, digests, found) => {
  expect(isAmong(digest, digests)).toBe(found);
});

test.each(['10.0.0.0/8', '10.0.0.1', '0.0.0.0/0', '10.0.0.1/32', '2001:db8::/32', '::1', '::/0', '::1/128'])(
  '%s is a valid address range',
  (text) => {
    expect(isCidr(text)).toBe(true);
  },
);

test.each([
  '',
  'x',
  '/8',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'x/10.0.0.1',
  '10.0.0.0/x',
  '10.0.0/8',
  '::/129',
  '::/1280',
  'fe80::1%eth0',
  '10.0.0.0/8x',
])('"%s" is not a valid address range', (text) => {
  expect(isCidr(text)).toBe(false);
});

test.each([
  ['10.1.2.3', ['10.0.0.0/8'], true],
  ['11.1.2.3', ['10.0.0.0/8'], false],
  ['11.1.2.3', ['10.0.0.0/8', '11.1.2.3'], true],
  ['11.1.2.4', ['11.1.2.3'], false],
  ['2001:db8::1', ['10.0.0.0/8', '2001:db8::/32'], true],
  ['2001:db9::1', ['2001:db8::/32'], false],
  ['::1', ['::1'], true],
  ['::2', ['::1'], false],
  ['no address', ['0.0.0.0/0'], false],
  ['10.1.2.3', [], false],
])('the address %s is in one of the ranges %j: %s', (address, ranges, inside) => {
  expect(isInRanges(address, ranges)).toBe(inside);
});
