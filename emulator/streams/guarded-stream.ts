import type { StreamRecord, StreamSource } from '../services';
import type { Access } from '../iam/evaluate';
import type { Iam } from '../iam/iam';
import type { Caller } from '../iam/principals';

const GET_RECORDS = 'dynamodb:GetRecords';

/**
 * The rights to read a stream. `ListStreams` lists the streams of a table; its resource is the one in AWS's example policy:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-read-stream-only.html
 */
export const streamAccess = (streamArn: string): readonly Access[] => [
  { action: 'dynamodb:ListStreams', resource: streamArn.replace(/\/stream\/.*$/, '/stream/*') },
  { action: 'dynamodb:DescribeStream', resource: streamArn },
  { action: 'dynamodb:GetShardIterator', resource: streamArn },
  { action: GET_RECORDS, resource: streamArn },
];

/** A stream that Lambda reads with the role of a function. */
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
   * Checks the rights for what Lambda does before it reads: find the stream, its shards and the position in each shard.
   * @throws AwsError AccessDeniedException
   */
  open(streamArn: string): void {
    for (const access of streamAccess(streamArn)) if (access.action !== GET_RECORDS) this.iam.require(this.reader, access);
  }

  /** @throws AwsError AccessDeniedException, and the errors of the source */
  read(streamArn: string, after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] } {
    this.iam.require(this.reader, { action: GET_RECORDS, resource: streamArn });
    return this.source.read(streamArn, after, limit);
  }

  latest(streamArn: string): string | undefined {
    return this.source.latest(streamArn);
  }
}
