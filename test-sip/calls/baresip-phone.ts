import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { type Test, tempDir } from '../support/temp-dir.ts';
import type { Identity } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

/** Debian's baresip as a phone with a tone for a microphone, driven over its control port. */
export interface BaresipPhone {
  command(command: string, params?: string): void;
  /** The events so far: `CALL_ESTABLISHED`, `CALL_DTMF_START` and the like. */
  events(): readonly { readonly type: string; readonly param?: string }[];
  /** What it measures of RTP now, bits a second. */
  audio(): { readonly sent: number; readonly received: number };
  output(): string;
}

export async function startBaresipPhone(t: Test, identity: Identity, sipPort: number): Promise<BaresipPhone> {
  const dir = tempDir(t);
  const control = await freePort();
  const modules = ['g711', 'ausine', 'aubridge'].map((name) => `module ${name}.so`);
  const apps = ['account', 'menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`);
  const config = [
    'poll_method epoll',
    'sip_listen 127.0.0.1:0',
    'module_path /usr/lib/baresip/modules',
    ...modules,
    ...apps,
    'audio_source ausine,440',
    'ausrc_srate 48000',
    'ausrc_channels 2',
    'audio_player aubridge,nobody',
    'audio_alert aubridge,nobody',
    'net_interface 127.0.0.1',
    `ctrl_tcp_listen 127.0.0.1:${control}`,
  ];
  const { username, realm, password } = identity;
  const proxy = `sip:127.0.0.1:${sipPort};transport=udp`;
  const account = `<sip:${username}@${realm}>;auth_pass=${password};regint=300;outbound="${proxy}";dtmfmode=info`;
  writeFileSync(join(dir, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(dir, 'accounts'), `${account}\n`);
  writeFileSync(join(dir, 'contacts'), '');
  const child = spawn('stdbuf', ['-oL', 'baresip', '-f', dir], { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir });
  t.teardown(() => child.kill('SIGKILL'));
  let told = '';
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  await until('baresip registers', () => text.includes('200 OK'));
  const socket = connect(control, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk;
  });
  socket.on('error', () => undefined);
  return {
    command(command, params = '') {
      const message = JSON.stringify({ command, params });
      socket.write(`${message.length}:${message},`);
    },
    events: () => netstrings(told).filter((message) => 'event' in message) as never,
    audio() {
      const [, sent = '0', received = '0'] = [...text.matchAll(/audio=(\d+)\/(\d+) \(bit\/s\)/g)].at(-1) ?? [];
      return { sent: Number(sent), received: Number(received) };
    },
    output: () => `${text}\n${told}`,
  };
}

/** `length:JSON,` one after the other; what has not come whole yet is left out. */
function netstrings(text: string): readonly object[] {
  const found: object[] = [];
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at);
    const end = colon + 1 + Number(text.slice(at, colon));
    if (colon < 0 || text.length <= end) break;
    found.push(JSON.parse(text.slice(colon + 1, end)) as object);
    at = end + 1;
  }
  return found;
}
