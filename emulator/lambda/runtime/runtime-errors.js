/** The errors of the Node runtime, and the format of an error for the Runtime API and for the log. */
'use strict';

const { isNativeError } = require('node:util').types;

class RuntimeError extends Error {
  get name() {
    return `Runtime.${this.constructor.name}`;
  }
}
class ImportModuleError extends RuntimeError {}
class HandlerNotFound extends RuntimeError {}
class MalformedHandlerName extends RuntimeError {}
class UserCodeSyntaxError extends RuntimeError {}
class UnhandledPromiseRejection extends RuntimeError {
  constructor(reason, promise) {
    super(reason);
    Object.assign(this, { reason, promise });
  }
}
/** An async handler waits for a promise that nothing can settle any more. */
class NodeJsExit extends RuntimeError {
  constructor() {
    super(
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
        'that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
    );
  }
}

/** What the invoker gets: `{errorType, errorMessage, trace}`. */
function toErrorResponse(error) {
  if (!isNativeError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** The text for the log: a tab, then JSON with the error's name, message, stack and own fields. */
function toLogText(thrown) {
  const error = isNativeError(thrown) ? thrown : new Error(thrown);
  try {
    return `\t${JSON.stringify(error, (_key, value) => (isNativeError(value) ? withHiddenFields(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(toErrorResponse(error))}`;
  }
}

function withHiddenFields(error) {
  const { name, message, code, stack = '' } = error;
  return { errorType: name, errorMessage: message, code, ...error, stack: stack.split('\n') };
}

/** The fields of an error in a JSON log. */
function toLogObject(thrown) {
  const error = isNativeError(thrown) ? thrown : new Error(thrown);
  const { name, message, stack = '' } = error;
  return { errorType: error.constructor?.name ?? name, errorMessage: message, stackTrace: stack.split('\n'), ...error };
}

module.exports = {
  HandlerNotFound,
  ImportModuleError,
  MalformedHandlerName,
  NodeJsExit,
  UnhandledPromiseRejection,
  UserCodeSyntaxError,
  toErrorResponse,
  toLogObject,
  toLogText,
};
