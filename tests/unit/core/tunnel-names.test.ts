import fc from 'fast-check';
import { nameProblem } from '../../../functions/core/tunnel';
import { grantsName, nameGrants } from '../../../functions/core/tunnel-names';

test.each([
  ['an array', ['shop', 'team-a-*'], ['shop', 'team-a-*']],
  ['a string with spaces', 'shop  team-a-*', ['shop', 'team-a-*']],
  ['an array with values of several types', ['shop', 7, null, '', ['x']], ['shop']],
  ['a missing claim', undefined, []],
  ['an object', { shop: true }, []],
])('the grants of a token are read from %s', (_, claim, grants) => {
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
])('the grant "%s" allows the name "%s": %s', (grant, name, granted) => {
  expect(grantsName([grant], name)).toBe(granted);
});

test('a token without grants allows no name', () => {
  fc.assert(fc.property(fc.string(), (name) => !grantsName([], name)));
});

test('the grant of a family allows only names that begin with the name of the family', () => {
  const label = fc.stringMatching(/^[a-z0-9]{3,8}$/);
  fc.assert(
    fc.property(label, fc.string({ minLength: 1 }), (family, name) => !grantsName([`${family}-*`], name) || name.startsWith(`${family}-`)),
  );
});

test('a grant of all names does not make a reserved name valid', () => {
  expect(grantsName(['*'], 'www')).toBe(true);
  expect(nameProblem('www')).toMatch(/reserved/);
});
