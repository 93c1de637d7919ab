import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../config/index.ts';
import { Directory } from '../directory/index.ts';
import { formatMoney, getBalance, verifyLedger } from '../ledger/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import { makeHa1Set } from '../secrets/index.ts';
import { authenticateKey, createAccount, findTrunk, type Store } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { createDemoWorld, type DemoFile } from './index.ts';

async function demo(t: Parameters<typeof openTestStore>[0], bound = {}) {
  const store = await openTestStore(t);
  const dataDir = dirname(store.file);
  const { config } = loadConfig({ DIDFARM_DATA_DIR: dataDir });
  const file = await createDemoWorld(store, config, bound);
  return { store, dataDir, config, file };
}

async function directoryOf(store: Store): Promise<Directory> {
  const directory = new Directory();
  directory.apply(await new DirectoryPublisher(store, { algorithms: ['MD5'] }).fullDelta());
  return directory;
}

t.test('demo.json has exactly the published shape and is readable by its owner alone', async (t) => {
  const { dataDir, file } = await demo(t);
  const path = join(dataDir, 'demo.json');
  const written = JSON.parse(readFileSync(path, 'utf8')) as DemoFile;
  t.strictSame(written, file);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.strictSame(Object.keys(written), ['api', 'metrics', 'sip', 'operator_key', 'carrier', 'accounts']);
  t.match(written, {
    api: 'http://127.0.0.1:8080/api/v1',
    metrics: 'http://127.0.0.1:9090/metrics',
    sip: { host: '127.0.0.1', port: 5060, tls_port: null },
    operator_key: /^df_live_/,
    carrier: { name: 'loopback', source: '127.0.0.2', gateway: '127.0.0.2:5080' },
  });
  const [msp, reseller, bistro, clinic] = written.accounts;
  t.match(msp, { id: 2, name: 'MSP Demo', parent_id: null, api_key: /^df_live_/, test_api_key: /^df_test_/ });
  t.match(msp?.trunks, [
    {
      id: 7,
      uuid: /^trk_a1b2c3d4[0-9a-f]{8}$/,
      name: 'Acme Corp',
      realm: 'sip.didfarm.com',
      username: /^acme_/,
      max_in: 2,
      dids: ['+31201234567', '+49309876543'],
    },
    { name: 'Beta Services', realm: 'sip.didfarm.com', max_in: null, dids: ['+442079460958'] },
  ]);
  t.match(reseller, { name: 'VoiceReseller Inc.', parent_id: null, trunks: [] });
  t.match(bistro, {
    name: 'Bistro Group',
    parent_id: reseller?.id,
    trunks: [{ realm: 'bistro.example', username: '1002', dids: ['+31102345678'] }],
  });
  t.match(clinic, {
    name: 'City Clinic',
    parent_id: reseller?.id,
    trunks: [{ realm: 'clinic.example', username: '1002', dids: ['+3223456789'] }],
  });
  t.not(bistro?.trunks[0]?.password, clinic?.trunks[0]?.password);
});

t.test('everything demo.json says is true of the store and of what SIP reads', async (t) => {
  const { store, file } = await demo(t);
  const directory = await directoryOf(store);
  for (const account of file?.accounts ?? []) {
    t.match(directory.getAccount(account.id), { name: account.name, parentId: account.parent_id });
    t.equal((await authenticateKey(store, account.api_key))?.accountId, account.id);
    t.match(await authenticateKey(store, account.test_api_key), { accountId: account.id, mode: 'test' });
    for (const trunk of account.trunks) {
      const found = directory.findCredential(trunk.username, trunk.realm);
      t.match(found, { id: trunk.id, uuid: trunk.uuid, accountId: account.id, maxIn: trunk.max_in });
      t.equal(found?.ha1.MD5, makeHa1Set(trunk.username, trunk.realm, trunk.password).MD5);
      for (const number of trunk.dids) {
        t.strictSame(directory.findDid(number)?.destination, { kind: 'trunk', trunkId: trunk.id });
      }
    }
  }
  t.match(await authenticateKey(store, file?.operator_key ?? ''), { accountId: null, scopes: ['admin'] });
  t.match(directory.findDid('+49891234567'), { id: 42, accountId: 2, destination: null });
  t.match(directory.findCarrierBySource('127.0.0.2'), {
    name: 'loopback',
    gateways: [{ host: '127.0.0.2', port: 5080 }],
  });
  t.equal(formatMoney(await getBalance(store, 2)), '142.50');
  t.strictSame(await verifyLedger(store), { entries: 1, postings: 2, faults: [] });
  t.equal((await findTrunk(store, 'trk_a1b2c3d4', new Set([2])))?.id, 7, 'the uuid of the published example');
});

t.test('a data directory with anything in it is left alone', async (t) => {
  const store = await openTestStore(t);
  const dataDir = dirname(store.file);
  await store.write((tx) => createAccount(tx, { name: 'Mine' }));
  t.equal(await createDemoWorld(store, loadConfig({ DIDFARM_DATA_DIR: dataDir }).config), undefined);
  t.notOk(existsSync(join(dataDir, 'demo.json')));
  t.equal((await store.db.selectFrom('accounts').select('id').execute()).length, 1);
});

t.test('a second start neither adds to the world nor rewrites the file', async (t) => {
  const { store, config, dataDir } = await demo(t);
  const before = readFileSync(join(dataDir, 'demo.json'), 'utf8');
  t.equal(await createDemoWorld(store, config), undefined);
  t.equal(readFileSync(join(dataDir, 'demo.json'), 'utf8'), before);
});

t.test('when demo.json cannot be written there is no world either, and the next start makes both', async (t) => {
  const store = await openTestStore(t);
  const dataDir = dirname(store.file);
  const nowhere = loadConfig({ DIDFARM_DATA_DIR: join(dataDir, 'missing') }).config;
  await t.rejects(createDemoWorld(store, nowhere), { code: 'ENOENT' });
  t.equal((await store.db.selectFrom('accounts').select('id').execute()).length, 0);
  t.ok(await createDemoWorld(store, loadConfig({ DIDFARM_DATA_DIR: dataDir }).config));
});

t.test('the ports written are those in use', async (t) => {
  const { file } = await demo(t, { sip: 15060, sipTls: 15061, http: 18080, metrics: 19090 });
  t.match(file, {
    api: 'http://127.0.0.1:18080/api/v1',
    metrics: 'http://127.0.0.1:19090/metrics',
    sip: { port: 15060, tls_port: 15061 },
  });
});
