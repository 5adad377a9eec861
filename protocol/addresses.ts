/** Addresses and ranges of addresses. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) counts as IPv4. */
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [network: Address, prefix: number];

/** What an IPv4 range is longer by when it is written as IPv6, in bits. */
const MAPPED_PREFIX = 96;

/** Whether a text is a range of addresses, `10.0.0.0/8` or `2001:db8::/32`; a single address counts as one. */
export const isCidr = (text: string): boolean => rangeOf(text) !== undefined;

/** Whether an address lies in one of the ranges. */
export function isInRanges(address: string, cidrs: readonly string[]): boolean {
  const parsed = addressOf(address);
  return parsed !== undefined && cidrs.some((cidr) => isInRange(parsed, rangeOf(cidr)));
}

/**
 * What stands for the visitor with an address. A visitor with one IPv6 address has 2⁶⁴ of them (https://www.rfc-editor.org/rfc/rfc6177), so
 * addresses with the same first half count as one visitor.
 */
export function visitorNetwork(address: string): string {
  const parsed = addressOf(address);
  if (parsed === undefined) return address;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}

function isInRange(address: Address, range: Range | undefined): boolean {
  // ipaddr.js throws for an address of the other kind.
  return range?.[0].kind() === address.kind() && address.match(range[0], range[1]);
}

/** ipaddr.js also reads shorthands such as `127.1`, which say different things to different programs. Node does not. */
const addressOf = (text: string): Address | undefined => (isIP(text) === 0 ? undefined : ipaddr.process(text));

function rangeOf(text: string): Range | undefined {
  const [, address = '', digits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const prefix = digits === undefined ? bits : Number(digits);
  if (bits < 0 || prefix > bits) return undefined;
  const network = ipaddr.parse(address);
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && prefix >= MAPPED_PREFIX;
  return isMapped ? [network.toIPv4Address(), prefix - MAPPED_PREFIX] : [network, prefix];
}
