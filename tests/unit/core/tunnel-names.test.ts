import fc from 'fast-check';
import { nameProblem } from '../../../functions/core/tunnel';
import { grantsName, nameGrants } from '../../../functions/core/tunnel-names';

test.each([
  ['an array', ['shop', 'team-a-*'], ['shop', 'team-a-*']],
  ['a text with spaces between', 'shop  team-a-*', ['shop', 'team-a-*']],
  ['an array of all sorts', ['shop', 7, null, '', ['x']], ['shop']],
  ['no claim', undefined, []],
  ['an object', { shop: true }, []],
])('grants are read from %s', (_, claim, grants) => {
  expect(nameGrants(claim)).toEqual(grants);
});

test.each([
  ['shop', 'shop', true],
  ['shop', 'shop-2', false],
  ['team-a-*', 'team-a-web', true],
  ['team-a-*', 'team-a-', false],
  ['team-a-*', 'team-a', false],
  ['team-a-*', 'team-ab-web', false],
  ['team*', 'team-a', false],
  ['*-web', 'team-web', false],
  ['*', 'anything', true],
])('"%s" for "%s": %s', (grant, name, granted) => {
  expect(grantsName([grant], name)).toBe(granted);
});

test('a token without grants grants nothing, whatever the name', () => {
  fc.assert(fc.property(fc.string(), (name) => !grantsName([], name)));
});

test('what a family grants begins with the family’s own name', () => {
  const label = fc.stringMatching(/^[a-z0-9]{3,8}$/);
  fc.assert(
    fc.property(label, fc.string({ minLength: 1 }), (family, name) => !grantsName([`${family}-*`], name) || name.startsWith(`${family}-`)),
  );
});

test('no grant makes a reserved name usable', () => {
  expect(grantsName(['*'], 'www')).toBe(true);
  expect(nameProblem('www')).toMatch(/reserved/);
});
