import { randomBytes } from 'node:crypto';
import t from 'tap';
import { openStore } from '../open-store.ts';
import * as repo from './index.ts';

const CLOSED = { code: 'validation_failed', message: /is not a public address \(the operator allows more by/ };

t.test('what leads calls into the operator’s network is refused where it is written', async (t) => {
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32), targetAllow: ['10.20.0.0/16'] });
  t.teardown(() => store.close());
  const account = await store.write((tx) => repo.createAccount(tx, { name: 'Acme' }));
  const accountId = account.id;
  const at = (place: string) => ({ kind: 'uri', uri: `sip:1@${place}` }) as const;
  const trunk = (ipTarget: string, name = 'PBX') =>
    store.write((tx) => repo.createTrunk(tx, { accountId, name, authType: 'ip', sources: ['192.0.2.1'], ipTarget }));
  await t.rejects(trunk('10.0.0.5'), { ...CLOSED, field: 'ip_target' });
  const { trunk: made } = await trunk('10.20.0.5');
  await t.rejects(
    store.write((tx) => repo.updateTrunk(tx, made.id, { ipTarget: '[::1]:5060' }, null)),
    { ...CLOSED, field: 'ip_target' },
  );
  const did = (place: string) =>
    store.write((tx) => repo.createDid(tx, { accountId, number: '+31201234567', destination: at(place) }));
  await t.rejects(did('127.0.0.1:5060'), { ...CLOSED, field: 'destination.uri' });
  const { id: didId } = await did('pbx.example.org');
  await t.rejects(
    store.write((tx) => repo.updateDid(tx, didId, { destination: at('192.168.0.1') }, null)),
    { ...CLOSED, field: 'destination.uri' },
  );
  await t.rejects(
    store.write((tx) => repo.updateAccount(tx, accountId, { didDefaultDest: at('172.16.0.1') }, null)),
    { ...CLOSED, field: 'did_default_dest.uri' },
  );
  const policy = (uri: string) =>
    store.write((tx) => repo.updateRoutingPolicy(tx, 'did', didId, { disaster: { uri, after_sec: 5 } }));
  await t.rejects(policy('sip:1@localhost'), { ...CLOSED, field: 'disaster.uri' });
  t.match(await policy('sip:1@198.51.100.7'), { after: { disaster: { after_sec: 5 } } });
});
