import t from 'tap';
import { parseMessage, type SipMessage } from '../../sip-engine/index.ts';
import { startProduct } from '../support/product.ts';
import type { HeaderLine, RequestFields, UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';
import { CallFleet, SDP } from './call-fleet.ts';

interface CallView {
  readonly reason: string | null;
  readonly hung_up_by: string | null;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
}

/** The PBX's 200 to an INVITE, under that tag of its own. */
function answer(pbx: UserAgent, invite: SipMessage, tag: string): void {
  const headers: HeaderLine[] = [
    ['to', `${invite.header('to')};tag=${tag}`],
    ['contact', `<${pbx.contactUri}>`],
    ['content-type', 'application/sdp'],
  ];
  pbx.respond(invite, 200, headers, SDP);
}

/** Notes what that agent hears, in order. */
function listen(agent: UserAgent): readonly string[] {
  const heard: string[] = [];
  agent.isHeard = (message) => {
    heard.push(message.isRequest ? message.method : String(message.status));
    return true;
  };
  return heard;
}

/** docs/flows.md: a call that only rings cannot be called back after a crash; its transactions died with the process. */
t.test('a crash while it rings: the record is closed, nothing is left, and both ends come to rest', async (t) => {
  const first = await startProduct(t);
  const trunk = first.trunk('Beta Services');
  const { carrier, pbx } = await CallFleet.open(t, first, trunk);
  const uri = `sip:${trunk.dids[0]}@127.0.0.1:${first.sipPort}`;
  const call: RequestFields = {
    uri,
    to: `<${uri}>`,
    from: '<sip:+4915112345678@carrier.example>;tag=ringing',
    callId: `ringing-${pbx.callId}`,
    branch: `z9hG4bK-ringing-${first.sipPort}`,
    cseq: 1,
  };
  const contact: HeaderLine = ['contact', `<${carrier.contactUri}>`];
  const invite = carrier.build('INVITE', { ...call, headers: [contact], body: SDP }).toBuffer();
  const toCarrier = listen(carrier);
  carrier.socket.send(invite);
  const ringing = await pbx.next('INVITE');
  pbx.respond(ringing, 180, [['to', `${ringing.header('to')};tag=late`]]);
  await until('the caller hears it ring', () => toCarrier.includes('180'));
  const records = async (product: typeof first) =>
    ((await product.api('GET', '/calls')).body as { data: readonly CallView[] }).data;
  await until('the call is in the journal', async () => (await records(first)).length === 1);
  await first.stop('SIGKILL');

  const second = await startProduct(t, first.env);
  const [record, ...more] = await records(second);
  t.match(record, { reason: 'server_restart', hung_up_by: 'server', answered_at: null, ended_at: String });
  t.strictSame(more, []);
  t.equal(await second.metric('didfarm_calls_active{direction="in"}'), 0);
  t.equal(await second.metric('didfarm_cac_leases{direction="in"}'), 0, 'its place is free');

  const toPbx = listen(pbx);
  answer(pbx, ringing, 'late');
  // Answered after the 200 on the same path: what that would have brought has come by then.
  t.equal((await pbx.register({ expires: 600 })).answer.status, 200);
  t.notOk(toPbx.includes('ACK') || toPbx.includes('BYE'), 'an answer to the dead INVITE is not acknowledged');
  const [to, from] = [ringing.header('from') ?? '', `${ringing.header('to')};tag=late`];
  const product = `sip:127.0.0.1:${second.sipPort}`;
  const bye = await pbx.request('BYE', { uri: product, to, from, callId: ringing.callId, cseq: 1 });
  t.equal(bye.status, 481, 'nor is there a dialog for the BYE with which the PBX gives up (RFC 3261 13.3.1.4)');
  t.equal((await carrier.request('CANCEL', call)).status, 481, 'the caller has nothing left to cancel');

  const again = carrier.exchange(invite);
  const anew = await pbx.next('INVITE');
  t.not(anew.callId, ringing.callId, 'its retransmission is a new call');
  answer(pbx, anew, 'anew');
  const answered = await again;
  t.equal(answered.status, 200);
  const inside = { ...call, to: answered.header('to') ?? '', branch: `${call.branch}-2` };
  carrier.socket.send(carrier.build('ACK', inside).toBuffer());
  await pbx.next('ACK');
  const ended = carrier.request('BYE', { ...inside, branch: `${call.branch}-3`, cseq: 2 });
  pbx.respond(await pbx.next('BYE'), 200);
  t.equal((await ended).status, 200);
  t.equal(parseMessage(invite).callId, answered.callId);
  const closed = async () => (await records(second)).filter((one) => one.ended_at !== null).length === 2;
  await until('both calls have a closed record', closed);
  t.equal(await second.metric('didfarm_cac_leases{direction="in"}'), 0);
});
