import t from 'tap';
import { configFile } from '../support/config-file.ts';
import { startProduct } from '../support/product.ts';
import { until } from '../support/wait.ts';
import { startBaresipPhone } from './baresip-phone.ts';

t.test('baresip calls baresip: audio both ways, hold, DTMF, and the call ends on both sides', async (t) => {
  // Debian's baresip gives up at a challenge that is not MD5, even beside one that is.
  const product = await startProduct(t, configFile(t, 'auth: { algorithms: [MD5] }'));
  const [acme, beta] = [product.trunk('Acme Corp'), product.trunk('Beta Services')];
  const account = product.demo.accounts.find(({ trunks }) => trunks.some(({ id }) => id === acme.id));
  const shown = await product.api('PATCH', `/accounts/${account?.id}`, { default_cid_number: acme.dids[0] });
  t.equal(shown.status, 200);
  const caller = await startBaresipPhone(t, acme, product.sipPort);
  const callee = await startBaresipPhone(t, beta, product.sipPort);
  const saw = (phone: typeof caller, type: string, param = '') =>
    phone.events().some((event) => event.type === type && (event.param ?? '').includes(param));

  caller.command('dial', `sip:${beta.dids[0]}@127.0.0.1:${product.sipPort}`);
  await until('the callee rings', () => saw(callee, 'CALL_INCOMING'));
  callee.command('accept');
  await until('the caller hears the answer', () => saw(caller, 'CALL_ESTABLISHED'));
  await until('the callee is in the call', () => saw(callee, 'CALL_ESTABLISHED'));
  // PCMU is 64,000 bits a second each way; a busy machine swallows some.
  const isTalking = (phone: typeof caller) => phone.audio().sent > 30_000 && phone.audio().received > 30_000;
  await until('the caller sends and hears', () => isTalking(caller));
  await until('the callee sends and hears', () => isTalking(callee));

  caller.command('sndcode', '5');
  await until('the digit arrives', () => saw(callee, 'CALL_DTMF_START', '5'));
  caller.command('hold');
  const offers = () =>
    callee.events().filter(({ type, param }) => type === 'CALL_REMOTE_SDP' && param === 'offer').length;
  await until('the callee is put on hold', () => offers() === 2);
  await until('nothing more is sent to the callee', () => callee.audio().received === 0);
  caller.command('resume');
  await until('the callee is taken back', () => offers() === 3);
  await until('both are heard again', () => isTalking(caller) && isTalking(callee));

  caller.command('hangup');
  await until('the callee is hung up on', () => saw(callee, 'CALL_CLOSED'));
  await until('the call is recorded', async () => {
    const { body } = await product.api('GET', '/calls?reason=answered');
    return (body as { data: { hung_up_by: string }[] }).data.some((call) => call.hung_up_by === 'caller');
  });
});
