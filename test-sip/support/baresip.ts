import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, tempDir } from './temp-dir.ts';
import type { Identity } from './user-agent.ts';

export interface BaresipOptions extends Identity {
  /** Where it sends everything: `sip:127.0.0.1:5060;transport=udp`. */
  readonly proxy: string;
  /** Seconds between registrations. */
  readonly intervalSec: number;
  /** Its own `host:port`. */
  readonly listen: string;
  /** Whom it trusts (TLS). */
  readonly caFile?: string;
}

export interface Baresip {
  /** Everything it has said so far. */
  output(): string;
}

/** Debian's baresip as a PBX: registers again and again, and answers calls. It ends with the test. */
export function startBaresip(t: Test, options: BaresipOptions): Baresip {
  const dir = tempDir(t);
  const config = [
    'poll_method epoll',
    `sip_listen ${options.listen}`,
    ...(options.caFile === undefined ? [] : [`sip_cafile ${options.caFile}`, 'sip_verify_server yes']),
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module_app account.so',
    'module_app menu.so',
  ];
  const { username, realm, password, proxy, intervalSec } = options;
  const account = `<sip:${username}@${realm}>;auth_pass=${password};regint=${intervalSec};outbound="${proxy}";answermode=auto`;
  writeFileSync(join(dir, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(dir, 'accounts'), `${account}\n`);
  writeFileSync(join(dir, 'contacts'), '');
  const child = spawn('baresip', ['-s', '-f', dir], { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  t.teardown(() => child.kill('SIGKILL'));
  return { output: () => text };
}
