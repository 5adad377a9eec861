import { stripHopByHop } from '../../../protocol';

test.each([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
])('%s belongs to one hop and does not travel on', (name) => {
  expect(Object.keys(stripHopByHop({ [name]: ['x'], [name.toUpperCase()]: ['y'], 'x-kept': ['1'] }))).toEqual(['x-kept']);
});

test('names come out in lower case, and the values of one name in their order', () => {
  expect({ ...stripHopByHop({ 'X-A': ['1', '2'], 'x-b': ['3'], 'x-a': ['4'] }) }).toEqual({ 'x-a': ['1', '2', '4'], 'x-b': ['3'] });
});

test('a field that Connection names does not travel on, however both are written', () => {
  const sent = { CONNECTION: ['close,X-One', ' x-two , x-three'], 'x-one': ['1'], 'X-Two': ['2'], 'x-three': ['3'], 'x-four': ['4'] };
  expect(Object.keys(stripHopByHop(sent))).toEqual(['x-four']);
});

test('a field that another field names travels on', () => {
  expect(Object.keys(stripHopByHop({ 'x-list': ['x-one'], 'x-one': ['1'] }))).toEqual(['x-list', 'x-one']);
});

test.each(['host', 'content-length', 'authorization', 'cookie', 'via', 'x-forwarded-for', 'x-forwarded-anything'])(
  'Connection cannot remove %s, on which later hops rely',
  (name) => {
    expect(Object.keys(stripHopByHop({ connection: [name], [name]: ['x'] }))).toEqual([name]);
  },
);

test.each(['forwarded', 'a-x-forwarded-for'])('Connection can remove %s', (name) => {
  expect(Object.keys(stripHopByHop({ connection: [name], [name]: ['x'] }))).toEqual([]);
});

test('a name that every object has is a name like any other', () => {
  expect(Object.entries(stripHopByHop({ constructor: ['x'], toString: ['y'] }))).toEqual([
    ['constructor', ['x']],
    ['tostring', ['y']],
  ]);
});
