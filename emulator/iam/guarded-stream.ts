import type { StreamRecord, StreamSource } from '../services';
import type { Access } from './evaluate';
import type { Iam } from './iam';
import type { Caller } from './principals';

const GET_RECORDS = 'dynamodb:GetRecords';

/**
 * What reading a stream takes. Streams are listed by table, and AWS's example of such a policy names the resource as here:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-read-stream-only.html
 */
export const streamAccess = (streamArn: string): readonly Access[] => [
  { action: 'dynamodb:ListStreams', resource: streamArn.replace(/\/stream\/.*$/, '/stream/*') },
  { action: 'dynamodb:DescribeStream', resource: streamArn },
  { action: 'dynamodb:GetShardIterator', resource: streamArn },
  { action: GET_RECORDS, resource: streamArn },
];

/** A stream as Lambda reads it for a function: by the function's role. */
export class GuardedStream implements StreamSource {
  private readonly reader: Caller;

  constructor(
    private readonly source: StreamSource,
    private readonly iam: Iam,
    functionArn: string,
  ) {
    this.reader = iam.callerFor(functionArn);
  }

  /**
   * What Lambda does before it reads: finds the stream, its shards, and its place in them.
   * @throws AwsError AccessDeniedException
   */
  open(streamArn: string): void {
    for (const access of streamAccess(streamArn)) if (access.action !== GET_RECORDS) this.iam.require(this.reader, access);
  }

  /** @throws AwsError AccessDeniedException, and what the source throws */
  read(streamArn: string, after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] } {
    this.iam.require(this.reader, { action: GET_RECORDS, resource: streamArn });
    return this.source.read(streamArn, after, limit);
  }

  latest(streamArn: string): string | undefined {
    return this.source.latest(streamArn);
  }
}
