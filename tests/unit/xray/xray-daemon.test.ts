import { createSocket } from 'node:dgram';
import { XrayDaemon } from '../../../emulator/xray/xray-daemon';
import type { Segment } from '../../../emulator/xray/segment';
import { eventually } from '../../support/eventually';

const HEADER = '{"format":"json","version":1}\n';
const SEGMENT = { id: '53995c3f42cd8ad8', trace_id: '1-5f84c7a1-0123456789abcdef01234567', name: 'x', start_time: 1.5, end_time: 2 };

test('the X-Ray daemon accepts segments in the format of the SDK and drops other datagrams', async () => {
  const segments: Segment[] = [];
  const daemon = await XrayDaemon.start((segment) => segments.push(segment));
  const socket = createSocket('udp4');
  const port = Number(daemon.address.split(':')[1]);
  const send = (text: string): void => socket.send(text, port, '127.0.0.1');
  for (const bad of [
    '',
    '\n',
    'x',
    HEADER,
    `${HEADER}{`,
    `${HEADER}null`,
    `${HEADER}{"id":1}`,
    JSON.stringify(SEGMENT),
    `{"format":"xml","version":1}\n{}`,
  ])
    send(bad);
  send(HEADER + JSON.stringify(SEGMENT));
  await eventually(() => expect(segments).toEqual([SEGMENT]));
  socket.close();
  await daemon.close();
});
