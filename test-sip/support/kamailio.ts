import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, tempDir } from './temp-dir.ts';
import type { Identity } from './user-agent.ts';

export interface KamailioOptions extends Identity {
  /** Where it registers: `127.0.0.1:5060`. */
  readonly registrar: string;
  readonly expiresSec: number;
  /** Its own address and port. */
  readonly host: string;
  readonly port: number;
}

export interface Kamailio {
  /** Everything it has said so far. */
  output(): string;
}

/** Where Debian keeps them. */
export const KAMAILIO_MODULES =
  '/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/';

/** Debian's Kamailio as a PBX: its `uac` module registers, and whatever it is asked it answers. It ends with the test. */
export function startKamailio(t: Test, options: KamailioOptions): Kamailio {
  const dir = tempDir(t);
  const tables = join(dir, 'db');
  writeTables(dir, options);
  return runKamailio(t, dir, configuration(options, tables));
}

/** Debian's Kamailio with that configuration, its files in that folder. It ends with the test. */
export function runKamailio(t: Test, dir: string, text: string): Kamailio {
  const file = join(dir, 'kamailio.cfg');
  writeFileSync(file, text);
  const child = spawn('kamailio', ['-DD', '-E', '-f', file, '-Y', dir, '-m', '32', '-M', '4', '-w', dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  t.teardown(() => {
    // The main process and its workers are a group of their own.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  });
  return { output: () => output };
}

/** The tables of db_text: a line of columns, then one line a row; colons in values are escaped. */
function writeTables(dir: string, { username, realm, password, registrar, expiresSec, host, port }: KamailioOptions) {
  const tables = join(dir, 'db');
  mkdirSync(tables);
  const columns = [
    'id(int,auto) l_uuid(string) l_username(string) l_domain(string) r_username(string) r_domain(string)',
    'realm(string) auth_username(string) auth_password(string) auth_ha1(string,null) auth_proxy(string) expires(int)',
    'flags(int) reg_delay(int) contact_addr(string) socket(string,null)',
  ];
  const row = [
    ...['1', 'pbx', username, realm, username, realm, realm, username, password, '', `sip:${registrar}`],
    ...[String(expiresSec), '0', '0', `${host}:${port}`, ''],
  ];
  const line = row.map((value) => value.replaceAll(':', '\\:')).join(':');
  writeFileSync(join(tables, 'uacreg'), `${columns.join(' ')}\n${line}\n`);
  writeFileSync(join(tables, 'version'), 'id(int,auto) table_name(string) table_version(int)\n0:uacreg:5\n');
}

function configuration({ host, port }: KamailioOptions, tables: string): string {
  const modules = ['db_text', 'tm', 'sl', 'pv', 'uac', 'textops', 'siputils'];
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=1
disable_tcp=yes
listen=udp:${host}:${port}
mpath="${KAMAILIO_MODULES}"
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("uac", "reg_db_url", "text://${tables}")
modparam("uac", "reg_contact_addr", "${host}:${port}")
modparam("uac", "reg_timer_interval", 1)
modparam("uac", "reg_retry_interval", 2)
modparam("uac", "restore_mode", "none")
request_route {
  if (is_method("ACK")) exit;
  sl_send_reply("200", "OK");
}
`;
}
