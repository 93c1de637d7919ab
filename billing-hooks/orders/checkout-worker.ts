import { join } from 'node:path';
import { openStore, type Store } from '../../tenancy/index.ts';
import { type CarrierAdapter, type CarrierCall, type CarrierFault, createFaultyCarrier } from '../inventory/index.ts';
import { checkout } from './checkout.ts';
import { KillPoints } from './kill-points.ts';
import { FileCarrier } from './test-carrier.ts';

/**
 * Orders two numbers from a faulty carrier and dies by kill -9 at the given await point: each one is just before or
 * just after a transaction or a call to the carrier. Prints how many points it has passed when it lives.
 */
const [folder = '', killAt = '0', call = 'none', fault = 'none'] = process.argv.slice(2);
const points = new KillPoints(Number(killAt));

const real = await openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });
const store: Store = { ...real, write: points.around(real.write) as Store['write'] };
const file = new FileCarrier(join(folder, 'carrier.json')).adapter;
const inner: CarrierAdapter = {
  ...file,
  reserve: points.around(file.reserve),
  buy: points.around(file.buy),
  release: points.around(file.release),
};
const faults = call === 'none' ? {} : { [call as CarrierCall]: fault.split('+') as CarrierFault[] };
if (fault.includes('refuse') || call === 'release') Object.assign(faults, { buy: faults.buy ?? ['refuse'] });
const carrier = createFaultyCarrier(inner, { faults });
const items = [{ number: '+12025550101' }, { number: '+12025550102' }];
await checkout({ store, carrier }, { accountId: 1, actor: 'test', items, idempotencyKey: 'k' }).catch(() => undefined);
await real.close();
process.stdout.write(String(points.passed));
