/**
 * Faults of an emulator that somebody has looked into, in a file that the caller names. A fault on the list is still reported, with its
 * reason; it only does not fail the run. An entry that nothing needs any more is reported, too, so that no list outlives its faults.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ToldError } from '../cli/told-error';
import type { Resource } from '../emulator/terraform/stack';
import type { Findings } from './consult';
import type { Difference } from './plan-differences';
import type { Refusal } from './terraform-messages';

const text = v.pipe(v.string(), v.nonEmpty());
/** An address, or a type for all its resources. */
const resource = text;
/** How one knows that the emulator is at fault and not the stack. */
const why = text;

const schema = v.strictObject({
  /** Name and version: `moto 5.2.1`. */
  emulator: text,
  faults: v.array(
    v.union([
      /** The emulator refuses the resource, with this text in Terraform's message. */
      v.strictObject({ resource, refusal: text, why }),
      /** The second plan differs in this attribute. */
      v.strictObject({ resource, attribute: text, why }),
    ]),
  ),
});

export type KnownFaults = v.InferOutput<typeof schema>;
type KnownFault = KnownFaults['faults'][number];

/** With the reason why it is the emulator's fault, if that is known. */
export type Judged<T> = T & { readonly known: string | undefined };

export interface Judgement extends Omit<Findings, 'refusals' | 'differences'> {
  readonly emulator: string | undefined;
  readonly refusals: readonly Judged<Refusal>[];
  readonly differences: readonly Judged<Difference>[] | undefined;
  /** Known faults that had to show in this stack and did not. None after a run that was stopped. */
  readonly unused: readonly KnownFault[];
}

/** A file that lists no known faults. */
export class KnownFaultsError extends ToldError {
  override readonly name = 'KnownFaultsError';
  override readonly exitCode = 2;
}

/** @throws KnownFaultsError when the file cannot be read, or is wrong */
export function readKnownFaults(file: string): KnownFaults {
  const fail = (problem: string): never => {
    throw new KnownFaultsError(`${file}: ${problem}; docs/oracle.md describes the file`);
  };
  let json = '';
  let value: unknown;
  try {
    json = readFileSync(file, 'utf8');
  } catch (error) {
    fail(`the known faults cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    value = JSON.parse(json);
  } catch (error) {
    fail(`the known faults are not JSON (${(error as Error).message})`);
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue) ?? 'the whole file';
  return fail(
    where.startsWith('faults.')
      ? `${where} is wrong: a fault has "resource", "why", and either "refusal" or "attribute"`
      : `${where} must be ${issue.expected}`,
  );
}

/**
 * Sorts what was found into known faults and others.
 * @param resources the stack
 */
export function judge(findings: Findings, resources: readonly Resource[], known?: KnownFaults): Judgement {
  const used = new Set<KnownFault>();
  const reasonFor = (address: string | undefined, isMeant: (fault: KnownFault) => boolean): string | undefined => {
    const fault = known?.faults.find((one) => address !== undefined && isAbout(one, address) && isMeant(one));
    if (fault) used.add(fault);
    return fault?.why;
  };
  const refusals = findings.refusals.map((refusal) => ({
    ...refusal,
    known: reasonFor(refusal.address, (fault) => 'refusal' in fault && refusal.message.includes(fault.refusal)),
  }));
  const differences = findings.differences?.map((difference) => ({
    ...difference,
    known: reasonFor(difference.address, (fault) => 'attribute' in fault && fault.attribute === difference.attribute),
  }));
  const mustShow = (fault: KnownFault): boolean =>
    resources.some(({ address, attributes }) => isAbout(fault, address) && (!('attribute' in fault) || isSet(fault.attribute, attributes)));
  const unused = findings.interrupted ? [] : (known?.faults ?? []).filter((fault) => mustShow(fault) && !used.has(fault));
  return { ...findings, emulator: known?.emulator, refusals, differences, unused };
}

const isAbout = (fault: KnownFault, address: string): boolean => fault.resource === address || address.startsWith(`${fault.resource}.`);

/** Whether a stack sets an attribute such as `environment[0].variables`. An endpoint can differ in other attributes, too, but need not. */
const isSet = (attribute: string, attributes: Resource['attributes']): boolean => (/^\w+/.exec(attribute)?.[0] ?? '') in attributes;

/** Whether the endpoint agreed with the stack, except for known faults, and is empty again. */
export const isFaultless = ({ refusals, differences, visit, remaining, unused, interrupted }: Judgement): boolean =>
  differences !== undefined &&
  [...refusals, ...differences].every(({ known }) => known !== undefined) &&
  visit.outcome !== 'failed' &&
  remaining.length === 0 &&
  unused.length === 0 &&
  !interrupted;
