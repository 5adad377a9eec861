/** DynamoDB's values as its JSON API writes them; binary is base64 text. */
import { isDeepStrictEqual } from 'node:util';

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export type Item = Readonly<Record<string, AttributeValue>>;

/** Whether both hold the same values; a set has no order. */
export function sameItem(a: Item | undefined, b: Item | undefined): boolean {
  return isDeepStrictEqual(a && withSortedSets(a), b && withSortedSets(b));
}

/**
 * Size of an item in bytes: its attribute names and values in UTF-8
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function itemBytes(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

/** A list or map takes three bytes more than its members, and one byte more for each member. */
function valueBytes(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('SS' in value) return sum(value.SS.map((text) => Buffer.byteLength(text)));
  if ('NS' in value) return sum(value.NS.map(numberBytes));
  if ('BS' in value) return sum(value.BS.map((base64) => Buffer.byteLength(base64, 'base64')));
  if ('L' in value) return 3 + value.L.length + sum(value.L.map(valueBytes));
  if ('M' in value) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** A number takes about one byte for every two significant digits, plus one byte. */
function numberBytes(number: string): number {
  const digits = number
    .replace(/[eE].*$/, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1;
}

function withSortedSets(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, sortedSets(value)]));
}

function sortedSets(value: AttributeValue): AttributeValue {
  if ('SS' in value) return { SS: value.SS.toSorted() };
  if ('NS' in value) return { NS: value.NS.toSorted() };
  if ('BS' in value) return { BS: value.BS.toSorted() };
  if ('L' in value) return { L: value.L.map(sortedSets) };
  if ('M' in value) return { M: withSortedSets(value.M) };
  return value;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
