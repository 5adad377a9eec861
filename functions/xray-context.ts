/**
 * Replaces `cls-hooked/context` in the functions' bundles (functions/build-functions.ts). The X-Ray SDK keeps its current segment
 * in that context. The original context follows every promise by async hooks, which costs a request some milliseconds of CPU. An
 * execution environment handles one invocation at a time, and on Lambda the SDK enters one context at init and never leaves it,
 * so the hooks carry the same object everywhere. One object without hooks is enough.
 */
type Context = Record<string, unknown>;

class Namespace {
  active: Context = {};

  get(key: string): unknown {
    return this.active[key];
  }

  set<V>(key: string, value: V): V {
    this.active[key] = value;
    return value;
  }

  createContext(): Context {
    return { ...this.active };
  }

  enter(context: Context): void {
    this.active = context;
  }

  /** Only for code that ends when `run` does. Everything that the SDK runs in this way for these functions does so. */
  run(code: (context: Context) => void): Context {
    const outer = this.active;
    this.active = this.createContext();
    try {
      code(this.active);
      return this.active;
    } finally {
      this.active = outer;
    }
  }
}

const namespaces = new Map<string, Namespace>();

export const getNamespace = (name: string): Namespace | undefined => namespaces.get(name);

export function createNamespace(name: string): Namespace {
  const namespace = new Namespace();
  namespaces.set(name, namespace);
  return namespace;
}

export const destroyNamespace = (name: string): void => void namespaces.delete(name);
