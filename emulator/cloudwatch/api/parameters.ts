import { AwsError } from '../../services';

export type Input = Readonly<Record<string, unknown>>;

export const invalid = (message: string): AwsError => new AwsError(400, 'InvalidParameterValueException', message);

/** Refuses parameters that are not emulated: if they were ignored, the answer would differ from that of AWS. @throws AwsError */
export function onlyKnown(input: Input, known: readonly string[]): void {
  const strange = Object.keys(input).find((name) => !known.includes(name));
  if (strange !== undefined) throw invalid(`the local cloud does not know the parameter ${strange}; it knows ${known.join(', ')}`);
}

/** @throws AwsError if the value is not text */
export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`The parameter ${name} must be text.`);
}

/** @throws AwsError if the value is not a list of objects; `texts` does the same for a list of texts */
export function objects(input: Input, name: string): readonly Input[] {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null)) return value as Input[];
  throw invalid(`The parameter ${name} must be a list of objects.`);
}

export function texts(input: Input, name: string): readonly string[] | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw invalid(`The parameter ${name} must be a list of texts.`);
}

/** @throws AwsError outside of `least` to `most` */
export function number(input: Input, name: string, otherwise: number, [least, most]: readonly [number, number]): number {
  const value = input[name] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`The parameter ${name} must be a whole number from ${least} to ${most}.`);
}

/** A time, which the protocol sends as seconds since the epoch. @returns ms since the epoch */
export function time(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value * 1000;
  throw invalid(`The parameter ${name} must be a time.`);
}

/** Checks that a value is one of the known words. @throws AwsError for any other value */
export function oneOf<T extends string>(value: string, name: string, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw invalid(`The value ${value} for parameter ${name} must be one of ${known.join(', ')}.`);
}
