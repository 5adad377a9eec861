import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './agent-local-server';
import { eventually } from './eventually';
import { ask } from './http-client';

const PROGRAMS = ['/usr/sbin/apache2', '/usr/sbin/httpd'];
const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/httpd/modules', '/usr/libexec/apache2'];

/** Missing where a module is built in. */
const MODULES = ['mpm_event', 'unixd', 'authz_core', 'dir', 'dav', 'dav_fs'];

const program = process.env['APACHE_PATH'] ?? PROGRAMS.find((name) => existsSync(name));
const modules = MODULE_FOLDERS.find((name) => existsSync(name));

/** Defines tests that use a real Apache. Without one the tests are skipped with a message on stderr; in CI they fail. */
export function describeWithApache(title: string, tests: (start: () => Promise<Apache>) => void): void {
  if (program !== undefined && modules !== undefined) return void describe(title, () => tests(() => Apache.start(program, modules)));
  const remedy = 'needs the Apache HTTP Server: install apache2 (Debian) or httpd, or name its program in APACHE_PATH';
  process.stderr.write(`\nSKIPPED: ${title}: ${remedy}\n`);
  (process.env['CI'] === 'true' ? it : it.skip)(title, () => {
    throw new Error(remedy);
  });
}

/** The Apache HTTP Server with WebDAV, on a free port of 127.0.0.1, with a folder of its own. */
export class Apache {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(apache: string, moduleFolder: string): Promise<Apache> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-apache-'));
    const port = await freePort();
    // Apache gives up the rights of root, and then writes these folders as another user.
    await chmod(folder, 0o755);
    for (const name of ['files', 'locks', 'run']) {
      await mkdir(path.join(folder, name));
      await chmod(path.join(folder, name), 0o777);
    }
    const file = path.join(folder, 'apache.conf');
    await writeFile(file, configuration(folder, moduleFolder, port));
    const server = new Apache(port, folder, spawn(apache, ['-f', file, '-D', 'FOREGROUND'], { stdio: 'ignore' }));
    await eventually(() => server.assertAnswering());
    return server;
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exited;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private async assertAnswering(): Promise<void> {
    await ask(`http://127.0.0.1:${this.port}`, '/').catch(async (cause: unknown) => {
      const log = await readFile(path.join(this.folder, 'error.log'), 'utf8').catch(() => 'no error log');
      throw new Error(`Apache does not answer: ${log}`, { cause });
    });
  }
}

function configuration(folder: string, moduleFolder: string, port: number): string {
  const loads = MODULES.filter((name) => existsSync(path.join(moduleFolder, `mod_${name}.so`))).map(
    (name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`,
  );
  return `
${loads.join('\n')}
ServerRoot "${folder}"
DefaultRuntimeDir "${folder}/run"
PidFile "${folder}/run/apache.pid"
ErrorLog "${folder}/error.log"
Listen 127.0.0.1:${port}
ServerName localhost
DocumentRoot "${folder}/files"
DavLockDB "${folder}/locks/db"
<Directory "${folder}/files">
  Require all granted
  Dav On
</Directory>
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup\n' : ''}`;
}
