import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Findings } from '../../../oracle/consult';
import { isFaultless, judge, KnownFaultsError, readKnownFaults, type KnownFaults } from '../../../oracle/known-faults';
import { DIFFERENCE, FAULTLESS, REFUSAL, RESOURCES } from '../../support/oracle-findings';

const FAULTY: Findings = { ...FAULTLESS, refusals: [REFUSAL], differences: [DIFFERENCE] };
const REFUSED = { resource: 'aws_sqs_queue', refusal: 'CreateQueue', why: 'there are no queues' };
const DIFFERENT = { resource: 'aws_lambda_function.sweep', attribute: 'kms_key_arn', why: 'keys are not kept' };
const list = (...faults: KnownFaults['faults']): KnownFaults => ({ emulator: 'moto 5.2.1', faults });

test('a refusal is known by the type of its resource and a part of its message, a difference by its address and attribute', () => {
  const judgement = judge(FAULTY, RESOURCES, list(REFUSED, DIFFERENT));
  expect(judgement.refusals).toEqual([{ ...REFUSAL, known: REFUSED.why }]);
  expect(judgement.differences).toEqual([{ ...DIFFERENCE, known: DIFFERENT.why }]);
  expect([judgement.unused, isFaultless(judgement)]).toEqual([[], true]);
});

test.each([
  ['no list', undefined],
  ['a list of another call', list({ ...REFUSED, refusal: 'DeleteQueue' }, DIFFERENT)],
  ['a list of another attribute', list(REFUSED, { ...DIFFERENT, attribute: 'kms_key' })],
  ['a list of a type that only begins alike', list({ ...REFUSED, resource: 'aws_sqs' }, DIFFERENT)],
  ['a list of another resource', list(REFUSED, { ...DIFFERENT, resource: 'aws_lambda_function.swee' })],
  ['a refusal in place of a difference', list(REFUSED, { resource: 'aws_lambda_function', refusal: 'kms_key_arn', why: 'no' })],
])('%s does not excuse what was found', (_, known) => {
  expect(isFaultless(judge(FAULTY, RESOURCES, known))).toBe(false);
});

test('a refusal that concerns no resource is never known', () => {
  const judgement = judge({ ...FAULTLESS, refusals: [{ ...REFUSAL, address: undefined }] }, RESOURCES, list(REFUSED));
  expect(isFaultless(judgement)).toBe(false);
});

test('a known fault that does not show is reported, and is a fault of the list', () => {
  const judgement = judge(FAULTLESS, RESOURCES, list(REFUSED, DIFFERENT));
  expect([judgement.unused, isFaultless(judgement)]).toEqual([[REFUSED, DIFFERENT], false]);
});

test.each([
  ['a resource that this stack does not have', { ...REFUSED, resource: 'aws_kms_key' }],
  ['an attribute that this stack does not set', { ...DIFFERENT, attribute: 'tags' }],
])('a known fault of %s need not show', (_, fault) => {
  const judgement = judge(FAULTLESS, RESOURCES, list(fault));
  expect([judgement.unused, isFaultless(judgement)]).toEqual([[], true]);
});

test('a run that was stopped says nothing of known faults', () => {
  expect(judge({ ...FAULTLESS, interrupted: true }, RESOURCES, list(REFUSED)).unused).toEqual([]);
});

describe('a file of known faults', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-known-'));
  const file = path.join(directory, 'known.json');
  const read = (text: string): KnownFaults => {
    fs.writeFileSync(file, text);
    return readKnownFaults(file);
  };
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  it.each(fs.readdirSync('oracle/known'))('oracle/known/%s can be read', (name) => {
    expect(readKnownFaults(path.join('oracle/known', name)).faults.length).toBeGreaterThan(0);
  });

  it.each([
    ['{', 'the known faults are not JSON'],
    ['{"faults":[]}', 'emulator must be'],
    ['{"emulator":"moto","faults":{}}', 'faults must be Array'],
    [
      '{"emulator":"moto","faults":[{"resource":"aws_sqs_queue","why":"so"}]}',
      'faults.0 is wrong: a fault has "resource", "why", and either',
    ],
    ['{"emulator":"moto","faults":[{"resource":"aws_sqs_queue","refusal":"CreateQueue","why":""}]}', 'faults.0'],
  ])('%s is refused in one line that names the place', (text, message) => {
    expect(() => read(text)).toThrow(KnownFaultsError);
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow('docs/oracle.md describes the file');
  });

  it('that is not there is refused by its name', () => {
    const missing = path.join(directory, 'none.json');
    expect(() => readKnownFaults(missing)).toThrow(`${missing}: the known faults cannot be read (ENOENT)`);
  });
});
