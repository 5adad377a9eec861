/**
 * An agent with two defects, for the tests of the fault lab: it asks the local service twice, and gives each visitor the answer of the
 * visitor before. It takes the place of chaos/world/agent-program.ts.
 */
const { Buffer } = require('node:buffer');
const http = require('node:http');
const process = require('node:process');
const { URL, URLSearchParams } = require('node:url');
const WebSocket = require('ws');

let before = Buffer.from('nobody');

process.on('disconnect', () => process.exit(0));
process.on('message', ({ start, stop }) => {
  if (stop) process.exit(0);
  if (start) connect(start);
});

function connect({ endpoint, token, name, target }) {
  const url = new URL(endpoint);
  url.search = new URLSearchParams({ token, name }).toString();
  const socket = new WebSocket(url);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'ready' })));
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'connection_established') process.send({ connected: message.tunnel_id });
    if (message.type === 'http_request') void answer(socket, target.port, message);
  });
}

async function answer(socket, port, { request_id, method, uri, body }) {
  const own = await ask(port, method, uri, body);
  await ask(port, method, uri, body);
  const others = before;
  before = own;
  const headers = { 'content-type': ['text/plain'] };
  socket.send(JSON.stringify({ type: 'http_response', request_id, status_code: 200, headers, body: others.toString('base64') }));
}

function ask(port, method, path, body) {
  return new Promise((resolve) => {
    const request = http.request({ port, method, path, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
    });
    request.on('error', () => resolve(Buffer.alloc(0)));
    request.end(Buffer.from(body, 'base64'));
  });
}
