import { MAX_FRAME_BYTES } from '../protocol';

/**
 * Cuts the text of one message into the payloads of its WebSocket frames, each of at most `maxBytes`. Reason: `ws` sends a message as one
 * frame of any size, and API Gateway closes the connection (1009) over a frame above 32 KB.
 * Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 *
 * A cut never splits a UTF-8 sequence, so each frame is valid text. An empty text gives one empty frame.
 */
export function fragment(text: string, maxBytes: number = MAX_FRAME_BYTES): Buffer[] {
  const bytes = Buffer.from(text);
  const frames: Buffer[] = [];
  let start = 0;
  do {
    const end = cutBefore(bytes, start + maxBytes);
    frames.push(bytes.subarray(start, end));
    start = end;
  } while (start < bytes.length);
  return frames;
}

/** The last position up to `limit` that does not lie inside a UTF-8 sequence. */
function cutBefore(bytes: Buffer, limit: number): number {
  if (limit >= bytes.length) return bytes.length;
  let end = limit;
  while (isContinuation(bytes[end])) end -= 1;
  return end;
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
