/** Finds the function that `index.handler` names below the task root (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html). */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { loadWithCodeCache } = require('./code-cache');
const { HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError } = require('./runtime-errors');

/**
 * @param codeCache file of V8's code cache for the bundle; without it, no cache is used
 * @returns the function, and `keepCode`, to be called after the function's first run (see code-cache.js)
 * @throws the Runtime.* error that AWS gives, or what the module itself threw
 */
async function loadHandler(root, name, codeCache) {
  const match = /^((?:.*\/)?[^./]*)\.([^/]+)$/.exec(name);
  if (!match || name.includes('..')) throw new MalformedHandlerName('Bad handler');
  const [, modulePath, exportPath] = match;
  const { exports: loaded, keep: keepCode } = await loadModule(root, modulePath, codeCache);
  const handler = exportPath.split('.').reduce((object, key) => object?.[key], loaded);
  if (!handler) throw new HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new HandlerNotFound(`${name} is not a function`);
  return { handler, keepCode };
}

async function loadModule(root, modulePath, codeCache) {
  const base = path.resolve(root, modulePath);
  const file = [`${base}.js`, `${base}.mjs`, `${base}.cjs`].find((candidate) => fs.existsSync(candidate));
  if (!file) throw new ImportModuleError(`Error: Cannot find module '${modulePath}'`);
  try {
    if (codeCache && !isEsModule(root, file)) return loadWithCodeCache(file, codeCache);
    return { exports: isEsModule(root, file) ? await import(pathToFileURL(file)) : require(file), keep: () => undefined };
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') throw new ImportModuleError(error);
    throw error;
  }
}

function isEsModule(root, file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  const manifest = path.join(root, 'package.json');
  return fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
}

module.exports = { loadHandler };
