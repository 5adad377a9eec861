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
  ['nothing but a salt', { salt: SALT }],
  ['a password', { salt: SALT, passwords: [DIGEST] }],
  ['as many tokens as there may be', { salt: SALT, tokens: Array<string>(MAX_ACCESS_ENTRIES).fill(DIGEST) }],
  [
    'everything',
    { salt: SALT, passwords: [DIGEST], tokens: [DIGEST], cidrs: ['10.0.0.0/8'], forward_authorization: true, allow_preflight: true },
  ],
])('access rules can be %s', (_, access) => {
  expect(v.parse(visitorAccess, access)).toEqual(access);
});

test.each([
  ['a salt that is too short', { salt: base64(15) }, 'is not a salt'],
  ['a salt that is too long', { salt: base64(17) }, 'is not a salt'],
  ['a salt with something before it', { salt: `!${SALT}` }, 'is not a salt'],
  ['a salt with something behind it', { salt: `${SALT}!` }, 'is not a salt'],
  ['a digest of another length', { salt: SALT, passwords: [base64(31)] }, 'is not a digest'],
  ['a token that is no digest', { salt: SALT, tokens: ['token'] }, 'is not a digest'],
  ['a range that is none', { salt: SALT, cidrs: ['10.0.0.0/33'] }, 'is not a CIDR range'],
])('access rules cannot have %s', (_, access, problem) => {
  expect(problemOf(access)).toBe(problem);
});

test.each([
  ['passwords', DIGEST],
  ['tokens', DIGEST],
  ['cidrs', '10.0.0.1'],
])('a list of %s has 1 to 32 entries', (name, entry) => {
  expect(problemOf({ salt: SALT, [name]: [] })).toBeDefined();
  expect(problemOf({ salt: SALT, [name]: Array<string>(32).fill(entry) })).toBeUndefined();
  expect(problemOf({ salt: SALT, [name]: Array<string>(33).fill(entry) })).toBeDefined();
});

test('a new salt has 16 bytes, and is never the same', () => {
  expect(Buffer.from(newSalt(), 'base64')).toHaveLength(16);
  expect(newSalt()).not.toBe(newSalt());
});

test('the digest of a password is scrypt with the parameters that agents and cloud have agreed on', async () => {
  const digest = passwordDigestSync('ann:secret', SALT);
  expect(digest).toBe('ppuWmC/ucL0tgFhm1g4je8vqliZcRlDVzrWxxCjCj5U=');
  await expect(passwordDigest('ann:secret', SALT)).resolves.toBe(digest);
});

test('a letter with an accent is the same however it was typed', async () => {
  const [composed, decomposed] = ['ann:p\u00e4ss', 'ann:pa\u0308ss'];
  expect(passwordDigestSync(decomposed, SALT)).toBe(passwordDigestSync(composed, SALT));
  await expect(passwordDigest(decomposed, SALT)).resolves.toBe(passwordDigestSync(composed, SALT));
});

test('a digest that cannot be made is an error', async () => {
  await expect(passwordDigest('ann:secret', undefined as unknown as string)).rejects.toThrow();
});

test('the digest of a token is SHA-256 of salt and token', () => {
  expect(tokenDigest('token', SALT)).toBe('Kyn4AiEz71Ta6FBRONeP7+g5sC1oTINTbR0pwBQuDR8=');
});

test.each([
  ['the only one', DIGEST, [DIGEST], true],
  ['the last one', DIGEST, [base64(32, 8), DIGEST], true],
  ['the first one', DIGEST, [DIGEST, base64(32, 8)], true],
  ['none', DIGEST, [base64(32, 8)], false],
  ['none of no digests', DIGEST, [], false],
  ['longer than the others', base64(33), [DIGEST], false],
])('a digest that is %s among others is found only if it is there', (_, digest, digests, found) => {
  expect(isAmong(digest, digests)).toBe(found);
});

test.each(['10.0.0.0/8', '10.0.0.1', '0.0.0.0/0', '10.0.0.1/32', '2001:db8::/32', '::1', '::/0', '::1/128'])('%s is a range', (text) => {
  expect(isCidr(text)).toBe(true);
});

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
])('"%s" is no range', (text) => {
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
])('%s in %j: %s', (address, ranges, inside) => {
  expect(isInRanges(address, ranges)).toBe(inside);
});
