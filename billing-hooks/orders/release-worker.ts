import { join } from 'node:path';
import { openStore, type Store } from '../../tenancy/index.ts';
import { type CarrierCall, type CarrierFault, createFaultyCarrier } from '../inventory/index.ts';
import { CarrierReleases } from './carrier-releases.ts';
import { KillPoints } from './kill-points.ts';
import { releaseNumber } from './release-number.ts';
import { FileCarrier } from './test-carrier.ts';

/** Gives the first number back to a faulty carrier and dies by kill -9 at the given await point. */
const [folder = '', killAt = '0', call = 'none', fault = 'none'] = process.argv.slice(2);
const points = new KillPoints(Number(killAt));
const real = await openStore({ file: join(folder, 'didfarm.db'), secretKey: Buffer.alloc(32) });
const store: Store = { ...real, write: points.around(real.write) as Store['write'] };
const file = new FileCarrier(join(folder, 'carrier.json')).adapter;
const faults = call === 'none' ? {} : { [call as CarrierCall]: fault.split('+') as CarrierFault[] };
const carrier = createFaultyCarrier({ ...file, release: points.around(file.release) }, { faults });
await store.write((context) => releaseNumber(context, carrier, 1, null));
await new CarrierReleases({ store, carrier }).deliver();
await real.close();
process.stdout.write(String(points.passed));
