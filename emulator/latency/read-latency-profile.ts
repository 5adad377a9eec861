import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { AWS_LATENCY, LATENCY_BASES, type LatencyFigures, type LatencyOperation } from './aws-latency';
import { BUILT_IN_PROFILES, type LatencyProfile } from './latency-profile';

/** A file that is no latency profile; `message` is one line that names the file, the field and the remedy. */
export class LatencyProfileError extends Error {
  override readonly name = 'LatencyProfileError';
}

const OPERATIONS = Object.keys(AWS_LATENCY) as LatencyOperation[];

const milliseconds = v.pipe(v.number('must be a number of ms'), v.minValue(0.001, 'must be a number of ms above 0'));
const Figure = v.pipe(
  v.strictObject(
    {
      medianMs: milliseconds,
      p99Ms: milliseconds,
      basis: v.picklist(LATENCY_BASES, `must be one of ${LATENCY_BASES.join(', ')}`),
      source: v.pipe(v.string('must say where the figure comes from'), v.nonEmpty('must say where the figure comes from')),
    },
    'is wrong: a figure has exactly the fields medianMs, p99Ms, basis and source',
  ),
  v.forward(
    v.check(({ medianMs, p99Ms }) => p99Ms >= medianMs, 'must not be below medianMs'),
    ['p99Ms'],
  ),
);
const Figures = v.record(
  v.picklist(OPERATIONS, `is no operation of a profile, which are ${OPERATIONS.join(', ')}`),
  Figure,
  'must be a JSON object with a figure for each operation',
);
const CpuShare = v.object({ cpuShare: v.optional(v.boolean('must be true or false'), false) });

/**
 * The built-in profile of this name, or else the profile in this file: `{ "PutEvents": { "medianMs": 9, "p99Ms": 40, "basis": "measured",
 * "source": "…" } }`. Operations that the file leaves out have the figures of the profile `aws`. With `"cpuShare": true` in the file, a
 * function gets only the share of a core that its memory buys.
 * @throws LatencyProfileError
 */
export function readLatencyProfile(nameOrFile: string): LatencyProfile {
  return BUILT_IN_PROFILES.find(({ name }) => name === nameOrFile) ?? profileIn(nameOrFile);
}

function profileIn(file: string): LatencyProfile {
  const { name } = path.parse(file);
  if (BUILT_IN_PROFILES.some((builtIn) => builtIn.name === name))
    throw new LatencyProfileError(`${file}: reports name a profile by its file, and "${name}" is the built-in profile; rename the file`);
  const { share, figures } = parted(jsonIn(file));
  const { cpuShare } = checked(file, CpuShare, share);
  return { name, file, figures: { ...AWS_LATENCY, ...(checked(file, Figures, figures) as Partial<LatencyFigures>) }, cpuShare };
}

/** Everything in a file is a figure, except `cpuShare`. */
function parted(json: unknown): { share: object; figures: unknown } {
  if (typeof json !== 'object' || json === null) return { share: {}, figures: json };
  const { cpuShare, ...figures } = json as { cpuShare?: unknown };
  return { share: { cpuShare }, figures };
}

/** @throws LatencyProfileError */
function checked<S extends v.GenericSchema>(file: string, schema: S, value: unknown): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const [issue] = issues;
  const where = issue.path?.map(({ key }) => String(key)).join(': ');
  throw new LatencyProfileError(`${file}: ${where === undefined ? 'the profile' : `"${where}"`} ${issue.message}; ${REMEDY}`);
}

const REMEDY = 'npm run probe -- --profile writes such a file';

function jsonIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const names = BUILT_IN_PROFILES.map(({ name }) => name).join(', ');
    throw new LatencyProfileError(`${file}: the latency profile cannot be read (${code}); give ${names}, or the path of a JSON file`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LatencyProfileError(`${file}: the latency profile is not JSON (${(error as Error).message}); ${REMEDY}`);
  }
}
