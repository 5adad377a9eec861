/**
 * Sends the HTTP of a process through tunnels. It is loaded before the program (`node --require`), and HTTP_TUNNEL_SUITE_TUNNELS is the port
 * where `SuiteTunnels` opens tunnels. Each port on which a plain HTTP server of the process listens gets a tunnel. A connection of the same
 * process to that port waits for the tunnel, and then goes to the tunnel's pinned port. Servers of TLS and HTTP/2 and plain sockets stay
 * direct, because no visitor can reach such a service through the tunnel.
 */
const http = require('node:http');
const net = require('node:net');
const { createInterface } = require('node:readline');

/** Pinned ports, as promises, by the port of the server behind each of them. A closed server keeps its tunnel for the next on its port. */
const tunnels = new Map();
/** What to call with the pinned port, by the port of a server whose tunnel is not open yet. */
const waiting = new Map();

const { connect } = net.Socket.prototype;
const { emit } = http.Server.prototype;
let opener;

function open({ port, address }) {
  if (!opener) {
    opener = net.connect(Number(process.env.HTTP_TUNNEL_SUITE_TUNNELS), '127.0.0.1');
    createInterface({ input: opener }).on('line', (line) => {
      const { server, pinned } = JSON.parse(line);
      waiting.get(server)(pinned);
      waiting.delete(server);
      // The connection must not keep a process alive whose tests have ended.
      if (waiting.size === 0) opener.unref();
    });
  }
  opener.ref();
  opener.write(`${JSON.stringify({ port, host: address === '::1' ? '::1' : '127.0.0.1' })}\n`);
  return new Promise((resolve) => waiting.set(port, resolve));
}

http.Server.prototype.emit = function (event, ...values) {
  const address = event === 'listening' ? this.address() : null;
  if (typeof address?.port === 'number' && !tunnels.has(address.port)) tunnels.set(address.port, open(address));
  return emit.call(this, event, ...values);
};

net.Socket.prototype.connect = function (...given) {
  // Node's own callers pass what `normalizeArgs` made: [options, callback].
  const values = Array.isArray(given[0]) ? given[0] : given;
  const options = typeof values[0] === 'object' ? values[0] : { port: values[0] };
  const tunnel = options.path ? undefined : tunnels.get(Number(options.port));
  if (!tunnel) return connect.apply(this, given);
  const callback = values.findLast((value) => typeof value === 'function');
  // What is written until then waits for the connection.
  this.connecting = true;
  void tunnel.then((pinned) => {
    if (!this.destroyed) connect.call(this, { ...options, port: pinned, host: '127.0.0.1' }, callback);
  });
  return this;
};
