/** Fields that several messages have. */
import * as v from 'valibot';
import { isHeaders, type Headers } from './headers';

/** Header values by lower-case name, in the order they were sent within one name. */
export const headers = v.custom<Headers>(
  // Not v.record: it drops names like "constructor", which are fine in a header.
  isHeaders,
  'is not an object of lists of strings',
);

export const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/, 'is not base64'));

/** SHA-256 of a body, base64: how S3 writes it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). */
export const sha256 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'is not a SHA-256 in base64'));

export const statusCode = v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(999));

/** Longest ticket, in characters: about twice of what the longest owner, tunnel and trace header need. */
export const MAX_TICKET_LENGTH = 2048;

/**
 * Superset: what the cloud must know of a request to accept its answer, sealed by the cloud. The agent cannot read it, and returns the ticket
 * of the request with each message about the request.
 */
export const ticket = v.pipe(v.string(), v.maxLength(MAX_TICKET_LENGTH));
