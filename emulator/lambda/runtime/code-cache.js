/**
 * Compiles a function's bundle with V8's code cache, so that an environment does not compile code again that an earlier one has
 * compiled. The cache saves about half of the CPU time of a cold start and the first invocation. AWS has no such cache; here all
 * environments share one machine.
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
 * @param cacheFile path of the code cache. The path must differ for different code, because V8 compares only the length of the code
 * @returns the module's exports, and `keep`, which writes the code cache if there was no valid one. Call `keep` after the important
 * functions have run, because the cache contains only functions that have run
 */
function loadWithCodeCache(file, cacheFile) {
  const code = fs.readFileSync(file, 'utf8');
  // A script of node:vm cannot use `import()` (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING).
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

/** Replaces a file by renaming, so that no reader sees a half-written file. A failed write is ignored. */
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
