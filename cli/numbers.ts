/**
 * Parsers of numbers for commander's options and arguments. Each takes the text that the user wrote and returns a number.
 * @throws InvalidArgumentError for any other text; commander puts the option's name in front of its message
 */
import { InvalidArgumentError } from 'commander';

/** The largest whole number that an option takes where no other limit is given. */
const LARGEST = 999_999_999;

/** A parser of whole numbers from `min` to `max`. */
export const wholeNumber =
  (min: number, max = LARGEST) =>
  (text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    const range = max < LARGEST ? `from ${min} to ${max}` : min === 1 ? 'above 0' : `of at least ${min}`;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  };

/** A parser of numbers, with or without a fraction, from `min` to `max`. */
export const numberFrom =
  (min: number, max = Infinity) =>
  (text: string): number => {
    const value = toNumber(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}.`);
  };

/** Parses a number above 0. */
export function positive(text: string): number {
  const value = toNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}

/** Parses seconds, from 0 on. */
export function seconds(text: string): number {
  const value = toNumber(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError('Give a number of seconds, 0 or more.');
}

/** Parses seconds above 0. @returns ms */
export function secondsToMs(text: string): number {
  const value = toNumber(text);
  if (value > 0) return value * 1000;
  throw new InvalidArgumentError('Give a number of seconds above 0.');
}

const LARGEST_PORT = 65_535;

/** Parses a TCP port. */
export const port = wholeNumber(1, LARGEST_PORT);

/** Parses a TCP port, or 0 for any free port. */
export const portOrAny = wholeNumber(0, LARGEST_PORT);

/** NaN for text that is no finite decimal number. */
const toNumber = (text: string): number => (/^\d{1,10}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN);
