/**
 * Converts a function's return value to an HTTP response, payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { EdgeResponse, HeaderFields } from './edge-response';

/** The edge decides about framing and the connection to the visitor, so it ignores these fields of the function. */
const NOT_TRUSTED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A return value that API Gateway cannot turn into a response: the visitor gets 500. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
}

/** The type of a body whose type the function does not name: API Gateway's. */
const TEXT = 'text/plain;charset=UTF-8';

/**
 * @param defaultType type of a body whose type the function does not name
 * @throws MalformedResponseError naming the problem in the return value
 */
export function lambdaResponse(result: unknown, defaultType = TEXT): EdgeResponse {
  if (!isRecord(result) || !('statusCode' in result)) return inferred(result);
  const fields = headerFields(result['headers']);
  const headers = fields.filter(([name]) => !NOT_TRUSTED.has(name.toLowerCase()));
  const body = bodyOf(result);
  // If the response has a status and a body but no content type, AWS adds one.
  if (body.length > 0 && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['content-type', defaultType]);
  }
  const announced = fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return {
    status: statusOf(result['statusCode']),
    headers: [...headers, ...cookiesOf(result['cookies'])],
    body,
    ...(announced !== undefined && /^\d+$/.test(announced) && { announcedBytes: Number(announced) }),
  };
}

/**
 * The head of a response whose body is streamed.
 * @throws MalformedResponseError naming the problem in the metadata
 */
export function streamedHead({ statusCode = 200, headers, cookies }: Readonly<Record<string, unknown>>): {
  readonly status: number;
  readonly headers: HeaderFields;
} {
  return { status: statusOf(statusCode), headers: [...headerFields(headers), ...cookiesOf(cookies)] };
}

/** Without a `statusCode`: 200, JSON, and the value itself is the body. */
function inferred(result: unknown): EdgeResponse {
  const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
  return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(text) };
}

function statusOf(value: unknown): number {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 999) return status;
  throw new MalformedResponseError(`statusCode ${JSON.stringify(value)} is not a whole number from 200 to 999`);
}

function headerFields(value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) throw new MalformedResponseError('headers is not an object');
  return Object.entries(value).map(([name, field]) => {
    if (typeof field !== 'string' && typeof field !== 'number' && typeof field !== 'boolean') {
      throw new MalformedResponseError(`header "${name}" is not a string; repeated fields are joined, cookies go to "cookies"`);
    }
    return checked(name, String(field));
  });
}

function cookiesOf(value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedResponseError('cookies is not a list');
  return value.map((cookie: unknown) => {
    if (typeof cookie !== 'string') throw new MalformedResponseError('cookies contains values that are not strings');
    return checked('set-cookie', cookie);
  });
}

/** Refuses a newline or control character, because it would let the function's data write further header fields. */
function checked(name: string, value: string): [string, string] {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [name, value];
  } catch {
    throw new MalformedResponseError(`header "${name}" has characters that are not allowed in a header`);
  }
}

function bodyOf({ body, isBase64Encoded }: Record<string, unknown>): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') throw new MalformedResponseError('body is not a string');
  if (isBase64Encoded !== true) return Buffer.from(body);
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(body)) throw new MalformedResponseError('body is not base64, but isBase64Encoded is set');
  return Buffer.from(body, 'base64');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
