import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import t from 'tap';
import { CARRIER, Leg } from '../../support/call.ts';
import { startProduct } from '../../support/product.ts';
import { UserAgent } from '../../support/user-agent.ts';
import { buildNetwork, NAT_ADDRESS, PUBLIC_ADDRESS } from './network.ts';

const ROUNDS = ['first mapping', 'second mapping'];

/** Runs in a network namespace of its own, which is the public network. */
t.test('behind a router that masquerades', async (t) => {
  const network = await buildNetwork();
  t.teardown(() => network.close());
  const product = await startProduct(t, { DIDFARM_SIP_HOST: `127.0.0.1,${PUBLIC_ADDRESS}` });
  const trunk = product.trunk('Acme Corp');
  const [command = '', ...options] = network.atPbx;
  const script = new URL('pbx.ts', import.meta.url).pathname;
  const identity = [String(product.sipPort), trunk.username, trunk.realm, trunk.password];
  const args = [...options, process.execPath, script, ...identity];
  const pbx = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: process.env.PATH } });
  t.teardown(() => pbx.kill('SIGKILL'));
  const steps = createInterface({ input: pbx.stdout })[Symbol.asyncIterator]();
  const step = async () => String((await steps.next()).value);
  const source = async () => {
    const { body } = await product.api('GET', `/portal/sip-trunks/${trunk.uuid}`);
    const { contacts } = (body as { data: { registration: { contacts: { source: string }[] } } }).data.registration;
    return contacts.map((contact) => contact.source).join();
  };
  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const call = async () => {
    const leg = await Leg.place(carrier, `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`);
    if (leg instanceof Leg) return leg;
    throw new Error(`answered ${leg.status}`);
  };

  let before = '';
  for (const round of ROUNDS) {
    t.equal(await step(), `${round}: registered 200`);
    const mapped = await source();
    t.match(mapped, new RegExp(`^${NAT_ADDRESS}:\\d+$`), 'once, by the address of the router');
    t.not(mapped, before, 'by another port than before');
    const first = await call();
    t.equal((await first.reinvite(carrier.contactUri)).status, 200, `${round}: re-INVITE towards the PBX`);
    await first.acceptReinvite(carrier.contactUri);
    t.equal(await step(), `${round}: re-INVITE from here 200`);
    t.equal((await first.hangUp()).status, 200, `${round}: BYE towards the PBX`);
    const second = await call();
    await second.acceptHangUp();
    t.equal(await step(), `${round}: BYE from here 200`);
    if (round !== ROUNDS[0]) continue;
    before = mapped;
    network.forget();
    pbx.stdin.write('\n');
  }
});
