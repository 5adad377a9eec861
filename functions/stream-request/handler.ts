/** Holds a visitor's request while an agent answers it, and passes the answer on as it comes. Behind a function URL. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { rawRequest, toMetadata } from '../aws/http-api';
import { beginResponse, streaming, writeStream, writeWhole } from '../aws/response-stream';
import { streamRequest } from '../core/forward-request';
import { isStreamed } from '../core/stream/streamed-response';
import { readSettings } from '../settings';
import { currentTraceHeader, identify, instrumented } from '../telemetry';
import { answered, forwardOptions } from '../visitor-door/visitor-door';

const settings = readSettings('stream-request');
const options = {
  ...forwardOptions(settings),
  streams: {
    lifeMs: settings.STREAM_LIFE_MS,
    windowBytes: settings.STREAM_WINDOW_BYTES,
    chunkBytes: settings.STREAM_CHUNK_BYTES,
    gatherMs: settings.STREAM_GATHER_MS,
    probeMs: settings.STREAM_PROBE_MS,
    silenceMs: settings.STREAM_SILENCE_MS,
    heartbeatMs: settings.STREAM_HEARTBEAT_MS,
    stallMs: settings.STREAM_STALL_MS,
  },
};

export const handler = streaming((event: APIGatewayProxyEventV2, visitor, context) =>
  instrumented(async () => {
    const requestId = randomUUID();
    identify({ requestId });
    const request = rawRequest(event, currentTraceHeader());
    const response = await answered(requestId, request, (observer) => streamRequest(requestId, request, { ...options, observer }));
    const body = beginResponse(visitor, toMetadata(response));
    if (!isStreamed(response)) return writeWhole(body, response.body);
    try {
      await writeStream(body, response);
    } finally {
      await response.close();
    }
  })(event, context),
);
