/**
 * Compiles a function's bundle with V8's code cache, so that an environment need not compile what an earlier one has compiled. It saves about half
 * of the CPU time that a cold start and the first invocation take. AWS has nothing like it; it is for machines that all environments share.
 * https://nodejs.org/api/vm.html#scriptcreatecacheddata
 */
'use strict';

const { Buffer } = require('node:buffer');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const NOTHING_TO_KEEP = () => undefined;

/**
 * Loads a CommonJS file as `require` does.
 * @param cacheFile where the code cache is, or will be; its name stands for the file's content, because V8 compares no more than the length
 * @returns the module's exports, and `keep`, which writes the code cache where there was none. Call it when the functions that
 * matter have run: only those are compiled
 */
function loadWithCodeCache(file, cacheFile) {
  const code = fs.readFileSync(file, 'utf8');
  // A script of node:vm cannot import by itself (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING).
  if (/\bimport\s*\(/.test(code)) return { exports: require(file), keep: NOTHING_TO_KEEP };
  const [head] = Module.wrapper;
  const cachedData = readIfThere(cacheFile);
  const script = new vm.Script(Module.wrap(code), { filename: file, columnOffset: -head.length, cachedData });
  const module = new Module(file);
  Object.assign(module, { filename: file, paths: Module._nodeModulePaths(path.dirname(file)) });
  Module._cache[file] = module;
  script.runInThisContext().call(module.exports, module.exports, Module.createRequire(file), module, file, path.dirname(file));
  module.loaded = true;
  const isUsed = cachedData !== undefined && script.cachedDataRejected === false;
  return { exports: module.exports, keep: isUsed ? NOTHING_TO_KEEP : () => replaceFile(cacheFile, script.createCachedData()) };
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Nobody who reads the file meanwhile sees half of it. A cache that cannot be written is no failure. */
function replaceFile(file, content) {
  const draft = `${file}.${process.pid}`;
  try {
    fs.writeFileSync(draft, Buffer.from(content));
    fs.renameSync(draft, file);
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

module.exports = { loadWithCodeCache };
