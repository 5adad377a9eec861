import fc from 'fast-check';
import type { BusEvent } from '../../emulator/events/bus-event';
import { compileInputTransformer } from '../../emulator/events/input-transformer';

const eventWith = (detail: Record<string, unknown>): BusEvent => ({
  version: '0',
  id: 'e-1',
  'detail-type': 'T',
  source: 's',
  account: '000000000000',
  time: '2026-10-26T12:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail,
});
const name = fc.stringMatching(/^[a-z][\w-]{0,8}$/).filter((text) => !text.startsWith('aws'));
const context = { ruleArn: 'arn:rule', ruleName: 'ready' };

test('a placeholder outside a JSON string passes any JSON value on unchanged', () => {
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue(), { minKeys: 1, maxKeys: 5 }), (detail) => {
      const names = Object.keys(detail);
      const paths = Object.fromEntries(names.map((key) => [key, `$.detail.${key}`]));
      const template = `{${names.map((key) => `"${key}":<${key}>`).join(',')}}`;
      const transformed = compileInputTransformer({ paths, template }, context, 'target')(eventWith(detail), new Date());
      expect(transformed).toEqual(JSON.parse(JSON.stringify(detail)));
    }),
  );
});

test('a placeholder inside a JSON string passes a text without special characters on unchanged', () => {
  const plain = fc.string().filter((text) => JSON.stringify(text) === `"${text}"`);
  fc.assert(
    fc.property(plain, plain, plain, (before, value, after) => {
      fc.pre(!/[<>]/.test(before + after));
      const transform = compileInputTransformer({ paths: { x: '$.detail.x' }, template: `"${before}<x>${after}"` }, context, 'target');
      expect(transform(eventWith({ x: value }), new Date())).toBe(before + value + after);
    }),
  );
});

test('any template gives JSON, or is refused with an EventsBootError or a SyntaxError', () => {
  const piece = fc.constantFrom('"', '\\', '{', '}', ':', ',', '<x>', '<y>', 'a', '1', '<aws.events.event>');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.jsonValue(), (pieces, value) => {
      try {
        const transform = compileInputTransformer({ paths: { x: '$.detail.x' }, template: pieces.join('') }, context, 'target');
        JSON.stringify(transform(eventWith({ x: value }), new Date()));
      } catch (error) {
        expect(['EventsBootError', 'SyntaxError']).toContain((error as Error).name);
      }
    }),
    { numRuns: 2000 },
  );
});
