import { nameBytes } from '../random-name';

/** Creates an id like API Gateway's for requests, messages and connections: `L0SM9cOFvHcCIhw=`. Only the `=` is not URL-safe. */
export const newRequestId = (): string => `${nameBytes(11).toString('base64url')}=`;
