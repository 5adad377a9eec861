/**
 * The global console as Lambda's Node runtime has it in text format: `TIMESTAMP\tREQUEST-ID\tLEVEL\tMESSAGE`. Other output
 * to stdout is not changed: Powertools has a Console of its own, and its JSON lines appear as written.
 */
'use strict';

const { format } = require('node:util');
const { toLogText } = require('./runtime-errors');

class LambdaConsole {
  constructor() {
    this.requestId = undefined;
    const target = globalThis.console;
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
      target[level] = (...message) => this.write(level.toUpperCase(), format(...message));
    }
    target.log = target.info;
  }

  /** The line of an error that the runtime itself has caught. */
  error(message, error) {
    this.write('ERROR', format(message, toLogText(error)));
  }

  /** A message of several lines is one log event: its LF characters are written as CR, as AWS's client does without a log pipe. */
  write(level, message) {
    const line = `${new Date().toISOString()}\t${this.requestId}\t${level}\t${message}`;
    process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
  }
}

module.exports = { LambdaConsole };
