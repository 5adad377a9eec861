import { AwsError } from '../../services';
import type { Input } from './parameters';
import { text } from './parameters';

/** One page of a list. The token says where the next page begins. @throws AwsError InvalidNextToken */
export function page<T>(list: readonly T[], input: Input, size: number): { readonly items: readonly T[]; readonly NextToken?: string } {
  const token = text(input, 'NextToken');
  const start = token === undefined ? 0 : placeIn(token);
  const end = start + size;
  return { items: list.slice(start, end), ...(end < list.length && { NextToken: Buffer.from(`from ${end}`).toString('base64') }) };
}

function placeIn(token: string): number {
  const place = /^from (\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (place === undefined) throw new AwsError(400, 'InvalidNextToken', `The next token ${token} is invalid`);
  return Number(place);
}
