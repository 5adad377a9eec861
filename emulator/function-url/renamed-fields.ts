/**
 * What a function URL does with header fields of a function's response. AWS documents none of this for function URLs. `renamed` fields get
 * the prefix `x-amzn-Remapped-`; `dropped` ones are lost, because the connection to the visitor is the edge's own.
 *
 * Content-Encoding is passed on. One report has it that a streaming URL decodes gzip and drops the field
 * (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/96), and applications with encoded streams work behind others
 * (https://github.com/opennextjs/opennextjs-aws/issues/1127): what decides is not known.
 */
import type { HeaderFields } from '../http-edge/edge-response';

type Treatment = 'renamed' | 'renamed in streams' | 'dropped';

/** API Gateway documents these for its REST APIs, which share the prefix. */
const REST = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html';

const TREATED_FIELDS: Readonly<Record<string, readonly [treatment: Treatment, source: string]>> = {
  'www-authenticate': ['renamed', REST],
  // A whole response gets the length of its body.
  'content-length': ['renamed in streams', 'https://github.com/cargo-lambda/cargo-lambda/issues/862'],
  connection: ['renamed', REST],
  date: ['renamed', REST],
  server: ['renamed', REST],
  'content-md5': ['renamed', REST],
  expect: ['renamed', REST],
  host: ['renamed', REST],
  'max-forwards': ['renamed', REST],
  'user-agent': ['renamed', REST],
  'keep-alive': ['dropped', 'RFC 9110 section 7.6.1'],
  'proxy-authenticate': ['dropped', REST],
  'proxy-connection': ['dropped', 'RFC 9110 section 7.6.1'],
  te: ['dropped', REST],
  trailer: ['dropped', REST],
  'transfer-encoding': ['dropped', REST],
  upgrade: ['dropped', REST],
};

const PREFIX = 'x-amzn-Remapped-';

export const visitorFields = (fields: HeaderFields, isStream: boolean): HeaderFields =>
  fields.flatMap(([name, value]): HeaderFields => {
    const [treatment] = TREATED_FIELDS[name.toLowerCase()] ?? [];
    if (treatment === 'dropped') return [];
    return treatment === 'renamed' || (isStream && treatment === 'renamed in streams') ? [[`${PREFIX}${name}`, value]] : [[name, value]];
  });
