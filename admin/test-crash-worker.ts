import { join } from 'node:path';
import { openStore, type Store } from '../tenancy/index.ts';
import { createControlApp, send } from './test-world.ts';

/**
 * Sends one request with an Idempotency-Key and dies by kill -9 at the given point: each one is just before or just
 * after a transaction.
 */
const [folder = '', killAt = '0', path = '', body = ''] = process.argv.slice(2);
let passed = 0;

function point(): void {
  passed += 1;
  if (passed === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

const real = await openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });
const write: Store['write'] = async (work) => {
  point();
  const result = await real.write(work);
  point();
  return result;
};
const app = await createControlApp({ ...real, write });
await send(app, 'POST', path, { body, headers: { 'idempotency-key': 'crash' } });
await app.close();
await real.close();
