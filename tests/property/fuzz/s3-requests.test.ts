import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { s3Request } from '../../../emulator/s3/s3-request';
import { AwsError } from '../../../emulator/services';
import { FORWARD_REQUEST } from '../../support/dynamodb-endpoint';
import { AT_ONCE, atOnce, FUZZ_TIMEOUT_MS, fuzzing, mutated, withBoundedMemory } from '../../support/fuzz';
import { sendInputs, sendRaw } from '../../support/gateway-raw-http';
import { BUCKET, presignPut, sha256Base64, startS3, type S3Fixture } from '../../unit/s3/s3-fixture';
import { anyCharacter } from '../../support/any-character';

let s3: S3Fixture;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.close());

const INPUTS = 3000;
const PRESIGNED = 300;
const KEYS = 100;

test(
  'mutated bytes of a signed request store no unsigned object and cause no internal error',
  async () => {
    const { pathname, search, host } = new URL(await presignPut(s3.client, 'responses/1', 'hello', 3600));
    const fields = [`Host: ${host}`, `x-amz-checksum-sha256: ${sha256Base64('hello')}`, 'Content-Length: 5', 'Connection: close'];
    const seed = [`PUT ${pathname}${search} HTTP/1.1`, ...fields, '', 'hello'].join('\r\n');
    const port = Number(new URL(s3.url).port);
    expect(await sendRaw(port, seed)).toMatch(/^HTTP\/1\.1 200 /);
    const oneByteOther = fc
      .tuple(fc.noBias(fc.nat(seed.length - 1)), fc.integer({ min: 0x21, max: 0x7e }))
      .map(([at, byte]) => Buffer.from(seed.slice(0, at) + String.fromCharCode(byte) + seed.slice(at + 1)));
    let refused = 0;
    await withBoundedMemory(() =>
      fc.assert(
        fc.asyncProperty(atOnce(fc.oneof(mutated(seed), oneByteOther)), async (inputs) => {
          for (const received of await sendInputs(port, inputs, seed)) {
            const status = /^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1];
            expect([undefined, '200', '400', '403', '404', '408', '411', '413', '417', '431', '501', '505']).toContain(status);
            if (status === '403') refused++;
          }
          expect(s3.buckets.objects()).toEqual([{ key: 'responses/1', bytes: 5, storedAt: s3.clock.now }]);
        }),
        { ...fuzzing(PRESIGNED, AT_ONCE), endOnFailure: true },
      ),
    );
    expect(refused).toBeGreaterThan(20);
    expect(s3.warnings).toEqual([]);
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'a signed request with any URL is read as an S3 operation, or gets an S3 error',
  () => {
    const urls = fc.oneof(
      mutated('/bucket/a/b?x-id=GetObject', '/bucket?list-type=2&prefix=a%2F&max-keys=3', '/b/%E0%A4?x-amz-checksum-mode=ENABLED').map(
        (bytes) => bytes.toString('latin1'),
      ),
      fc.webUrl(),
    );
    const methods = fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'POST', 'OPTIONS');
    const seen = new Set<string>();
    fc.assert(
      fc.property(methods, urls, (method, url) => {
        const headers = { 'content-length': '0', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
        const asked = s3Request({ method, url, headers } as unknown as IncomingMessage);
        try {
          const verified = { principal: FORWARD_REQUEST, signedHeaders: Object.keys(headers), presigned: false };
          const { input } = asked.readCall(Buffer.alloc(0), () => verified);
          expect(input).toMatchObject({ Bucket: expect.any(String) as string, bytes: 0 });
          seen.add(asked.operation);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          expect(asked.errorReply(error).body).toMatch(/^<\?xml .*<Error><Code>\w+<\/Code>/s);
          seen.add(error.code);
        }
      }),
      fuzzing(INPUTS),
    );
    expect([...seen]).toEqual(expect.arrayContaining(['GetObject', 'PutObject', 'ListObjectsV2', 'InvalidURI', 'NotImplemented']));
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'an object that is put under any key is returned for the same key',
  async () => {
    const keys = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 }).filter((key) => encodeURIComponent(key).length < 1024);
    await fc.assert(
      fc.asyncProperty(keys, async (Key) => {
        await s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
        const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
        expect(await Body?.transformToString()).toBe(Key);
      }),
      fuzzing(KEYS),
    );
  },
  FUZZ_TIMEOUT_MS,
);
