import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { OperandError } from './operand-error';

/**
 * Matches strings that are IP addresses of a network such as `10.0.0.0/24` or `2001:db8::/32`. Single addresses (/32, /128)
 * are refused, as in event-ruler: use an exact value for them.
 * @throws OperandError
 */
export function compileIpRange(cidr: string): (text: string) => boolean {
  const [network = '', bits = '', ...rest] = cidr.split('/');
  const family = familyOf(network);
  const maxBits = family === 'ipv4' ? 31 : 127;
  if (!family || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > maxBits) {
    throw new OperandError('must be a network with its prefix length, such as "10.0.0.0/24" (IPv4 to /31, IPv6 to /127)');
  }
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family);
  return (text) => familyOf(text) === family && range.check(text, family);
}

function familyOf(text: string): 'ipv4' | 'ipv6' | undefined {
  if (isIPv4(text)) return 'ipv4';
  // An address with a zone (`fe80::1%eth0`) is valid on one machine only and belongs to no network.
  return isIPv6(text) && !text.includes('%') ? 'ipv6' : undefined;
}
