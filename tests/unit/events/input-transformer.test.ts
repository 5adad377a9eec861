import type { BusEvent } from '../../../emulator/events/bus-event';
import { compileInputTransformer } from '../../../emulator/events/input-transformer';

const EVENT: BusEvent = {
  version: '0',
  id: 'e-1',
  'detail-type': 'HttpResponseReady',
  source: 'http-tunnel',
  account: '000000000000',
  time: '2026-10-26T12:00:00Z',
  region: 'eu-central-1',
  resources: ['arn:one'],
  detail: {
    requestId: 'r-1',
    count: 3,
    done: false,
    error: null,
    nested: { a: 'x' },
    list: ['p', { q: 1 }],
    'a/b-c_d': 'y',
  },
};
const INGESTED = new Date('2026-10-26T12:00:00.123Z');
const ADDRESS = 'aws_cloudwatch_event_target.wake';

const compile = (paths: Record<string, string>, template: string): ((event: BusEvent, at: Date) => unknown) =>
  compileInputTransformer({ paths, template }, { ruleArn: 'arn:rule', ruleName: 'ready' }, ADDRESS);
const transform = (paths: Record<string, string>, template: string): unknown => compile(paths, template)(EVENT, INGESTED);

test('an input template puts texts in quotation marks if they have none, and writes other values as JSON', () => {
  const paths = {
    id: '$.detail.requestId',
    count: '$.detail.count',
    done: '$.detail.done',
    error: '$.detail.error',
    nested: '$.detail.nested',
    list: '$.detail.list',
  };
  const template =
    '{"quoted":"<id>","bare":<id>,"in text":"<id> took <count>","count":<count>,"done":<done>,"error":<error>,' +
    '"nested":<nested>,"list":<list>}';
  expect(transform(paths, template)).toEqual({
    quoted: 'r-1',
    bare: 'r-1',
    'in text': 'r-1 took 3',
    count: 3,
    done: false,
    error: null,
    nested: { a: 'x' },
    list: ['p', { q: 1 }],
  });
});

test('an object inside a quoted text of the template loses its quotation marks', () => {
  expect(transform({ nested: '$.detail.nested' }, '"it is <nested>"')).toBe('it is {a:x}');
});

test('an escaped quotation mark in the template does not end a quoted text', () => {
  expect(transform({ id: '$.detail.requestId' }, '{"a":"<id> is \\"<id>\\"","b":<id>}')).toEqual({
    a: 'r-1 is "r-1"',
    b: 'r-1',
  });
});

test('an input path that finds nothing yields an empty text', () => {
  expect(transform({ x: '$.detail.absent.deeper' }, '{"a":"<x>","b":<x>}')).toEqual({ a: '', b: '' });
  expect(transform({ x: '$.detail.constructor' }, '{"b":<x>}')).toEqual({ b: '' });
});

test.each<[string, unknown]>([
  ['$', EVENT],
  ['$.detail.list[0]', 'p'],
  ['$.detail.list[1].q', 1],
  ['$.detail.list[7]', ''],
  ['$.detail.list[*]', ['p', { q: 1 }]],
  ['$.detail.nested.*', ['x']],
  ['$.detail.a/b-c_d', 'y'],
  ['$.detail-type', 'HttpResponseReady'],
])('the input path %s selects its value from the event', (path, expected) =>
  expect(transform({ x: path }, '{"x":<x>}')).toEqual({ x: expected }),
);

test('the predefined variables of the rule and the event need no input path', () => {
  const { detail: _detail, ...envelope } = EVENT;
  expect(
    transform(
      {},
      '{"arn":<aws.events.rule-arn>,"name":"<aws.events.rule-name>","at":<aws.events.event.ingestion-time>,' +
        '"event":<aws.events.event>,"full":<aws.events.event.json>}',
    ),
  ).toEqual({ arn: 'arn:rule', name: 'ready', at: '2026-10-26T12:00:00.123Z', event: envelope, full: EVENT });
});

test('a quotation mark in a value causes a SyntaxError inside a quoted text, as on AWS, but not outside of it', () => {
  const event = { ...EVENT, detail: { id: 'a"b' } };
  expect(() => compile({ id: '$.detail.id' }, '{"id":"<id>"}')(event, INGESTED)).toThrow(SyntaxError);
  expect(compile({ id: '$.detail.id' }, '{"id":<id>}')(event, INGESTED)).toEqual({ id: 'a"b' });
});

const hundredAndOne = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`p${i}`, '$.detail']));
test.each<[string, Record<string, string>, string, string]>([
  ['a variable that no path defines', {}, '{"a":<id>}', 'input_template uses <id>, which input_paths does not define'],
  ['a template that is no JSON', { id: '$.id' }, 'id is <id>', 'input_template is not JSON'],
  ['a variable in a key', { id: '$.id' }, '{"<id>":1}', 'input_template has a variable in the key "<id>"'],
  ['a template above 8192 characters', {}, `"${'x'.repeat(8191)}"`, 'input_template has 8193 characters'],
  ['more than 100 paths', hundredAndOne, '{}', 'input_paths has 101 entries; EventBridge allows 100'],
  ['a path in bracket notation', { x: "$['detail']" }, '{}', `input_paths.x is "$['detail']"; write it like $.detail.name`],
  ['a path without the root $', { x: 'detail' }, '{}', 'input_paths.x is "detail"'],
  ['a path that ends in a dot', { x: '$.detail.' }, '{}', 'input_paths.x is "$.detail."'],
  ['a reserved variable name', { 'AWS-x': '$.a', 'aws.x': '$.a' }, '{}', 'input_paths names "aws.x"'],
])('an input transformer with %s is refused at boot with an error that names the target address', (_what, paths, template, message) => {
  expect(() => compile(paths, template)).toThrow(
    expect.objectContaining({
      name: 'EventsBootError',
      message: expect.stringContaining(`${ADDRESS}: ${message}`) as string,
    }),
  );
});
