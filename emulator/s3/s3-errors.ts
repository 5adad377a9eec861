/** S3's errors and their XML format: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { AwsError, type AwsReply } from '../services';
import { element, xmlDocument } from './xml';

/** S3's status and code for errors of other parts of the local cloud. */
const AS_S3_SAYS: Readonly<Record<string, readonly [status: number, code: string]>> = {
  AccessDeniedException: [403, 'AccessDenied'],
  InternalFailure: [500, 'InternalError'],
  InternalServerError: [500, 'InternalError'],
  RequestEntityTooLargeException: [400, 'EntityTooLarge'],
  UnknownOperationException: [501, 'NotImplemented'],
};

export const notImplemented = (what: string): AwsError =>
  new AwsError(
    501,
    'NotImplemented',
    `${what} is not emulated by the local cloud; of S3 the local cloud knows PutObject, GetObject, HeadObject, DeleteObject and ListObjectsV2`,
  );

export const invalidArgument = (message: string): AwsError => new AwsError(400, 'InvalidArgument', message);
export const invalidRequest = (message: string): AwsError => new AwsError(400, 'InvalidRequest', message);

/** @param resource path of the request */
export function errorReply({ status, code, message }: AwsError, resource: string): AwsReply {
  const [as, by] = AS_S3_SAYS[code] ?? [status, code];
  const error = element('Error', element('Code', by), element('Message', message), element('Resource', resource));
  return { status: as, headers: { 'content-type': 'application/xml' }, body: xmlDocument(error) };
}
