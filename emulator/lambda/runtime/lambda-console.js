/**
 * The global console as Lambda's Node runtime has it. In text format a line is `TIMESTAMP\tREQUEST-ID\tLEVEL\tMESSAGE`, in JSON format
 * an object with these fields; messages below the application log level are left out. Other output to stdout is not changed: Powertools
 * has a Console of its own, and its JSON lines appear as written.
 */
'use strict';

const { format } = require('node:util');
const { toLogObject, toLogText } = require('./runtime-errors');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

class LambdaConsole {
  constructor({ AWS_LAMBDA_LOG_FORMAT = 'Text', AWS_LAMBDA_LOG_LEVEL = 'TRACE' }) {
    this.requestId = undefined;
    this.isJson = AWS_LAMBDA_LOG_FORMAT === 'JSON';
    const least = LEVELS.indexOf(AWS_LAMBDA_LOG_LEVEL.toLowerCase());
    const target = globalThis.console;
    LEVELS.forEach((level, i) => {
      target[level] = i < least ? () => undefined : (...message) => this.write(level.toUpperCase(), message);
    });
    target.log = target.info;
  }

  /** The line of an error that the runtime itself has caught. */
  error(message, error) {
    this.write('ERROR', this.isJson ? [error instanceof Error ? error : new Error(error)] : [message, toLogText(error)]);
  }

  /** A message of several lines is one log event: its LF characters are written as CR, as AWS's client does without a log pipe. */
  write(level, message) {
    const timestamp = new Date().toISOString();
    const { requestId } = this;
    const line = this.isJson
      ? toJson({ timestamp, level, requestId }, message)
      : `${timestamp}\t${requestId}\t${level}\t${format(...message)}`;
    process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
  }
}

/** A single value keeps its form; several are one text, and the first error among them is written out beside the text. */
function toJson(fields, message) {
  const [only] = message;
  if (message.length === 1) {
    try {
      return JSON.stringify({ ...fields, message: only }, (_key, value) => (value instanceof Error ? toLogObject(value) : value));
    } catch {
      return JSON.stringify({ ...fields, message: format(only) });
    }
  }
  const error = message.find((part) => part instanceof Error);
  return JSON.stringify({ ...fields, message: format(...message), ...(error && toLogObject(error)) });
}

module.exports = { LambdaConsole };
