import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { type Test, tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

const OUR_FILE = join(import.meta.dirname, '../../deploy/drachtio.conf.xml');

/**
 * With SIP_ENGINE=drachtio and DRACHTIO_BIN the same suite runs on a drachtio-server: starts one with the
 * configuration that we ship, on that SIP port, and gives the variables by which the product finds it.
 */
export async function startDrachtio(t: Test, sipPort: number): Promise<Readonly<Record<string, string>>> {
  if (process.env.SIP_ENGINE !== 'drachtio') return {};
  const binary = process.env.DRACHTIO_BIN;
  if (binary === undefined) throw new Error('SIP_ENGINE=drachtio needs DRACHTIO_BIN, the path of a drachtio-server');
  const adminPort = await freePort();
  const file = join(tempDir(t), 'drachtio.conf.xml');
  const shipped = readFileSync(OUR_FILE, 'utf8');
  const local = shipped
    .replace('sip:*:5060;', `sip:127.0.0.1:${sipPort};`)
    .replace('port="9022"', `port="${adminPort}"`)
    .replace('>0.0.0.0<', '>127.0.0.1<');
  writeFileSync(file, local);
  const child = spawn(binary, ['-f', file, '--stdout'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until('drachtio-server listens', () => canConnect(adminPort));
  return { DRACHTIO_HOST: '127.0.0.1', DRACHTIO_PORT: String(adminPort), DRACHTIO_SECRET: 'cymru' };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}
