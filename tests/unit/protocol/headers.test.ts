import { stripHopByHop } from '../../../protocol';

test.each([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
])('the hop-by-hop header %s is removed', (name) => {
  expect(Object.keys(stripHopByHop({ [name]: ['x'], [name.toUpperCase()]: ['y'], 'x-kept': ['1'] }))).toEqual(['x-kept']);
});

test('header names are converted to lower case, and the values of one name keep their order', () => {
  expect({ ...stripHopByHop({ 'X-A': ['1', '2'], 'x-b': ['3'], 'x-a': ['4'] }) }).toEqual({ 'x-a': ['1', '2', '4'], 'x-b': ['3'] });
});

test('a header that Connection names is removed, in upper and in lower case', () => {
  const sent = { CONNECTION: ['close,X-One', ' x-two , x-three'], 'x-one': ['1'], 'X-Two': ['2'], 'x-three': ['3'], 'x-four': ['4'] };
  expect(Object.keys(stripHopByHop(sent))).toEqual(['x-four']);
});

test('a header is kept when a header other than Connection names the header', () => {
  expect(Object.keys(stripHopByHop({ 'x-list': ['x-one'], 'x-one': ['1'] }))).toEqual(['x-list', 'x-one']);
});

test.each(['host', 'content-length', 'authorization', 'cookie', 'via', 'x-forwarded-for', 'x-forwarded-anything'])(
  'the header %s is kept even if Connection names the header, because later hops need the header',
  (name) => {
    expect(Object.keys(stripHopByHop({ connection: [name], [name]: ['x'] }))).toEqual([name]);
  },
);

test.each(['forwarded', 'a-x-forwarded-for'])('the header %s is removed if Connection names the header', (name) => {
  expect(Object.keys(stripHopByHop({ connection: [name], [name]: ['x'] }))).toEqual([]);
});

test('headers with the names of Object.prototype members, such as constructor, are kept', () => {
  expect(Object.entries(stripHopByHop({ constructor: ['x'], toString: ['y'] }))).toEqual([
    ['constructor', ['x']],
    ['tostring', ['y']],
  ]);
});
