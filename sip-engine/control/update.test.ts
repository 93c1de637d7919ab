import t, { type Test } from 'tap';
import type { SipMessage } from '../message/index.ts';
import { answeredCall, answerText, testbed, txn } from './call-testbed.ts';
import { failureAck, inviteText, requestIn, responseTo, SDP } from './call-text.ts';

/** A call with a session, on a testbed of its own. */
async function callWithSession(t: Test, name: string) {
  const bed = await testbed(t);
  const ok = await answeredCall(bed, name, { body: SDP });
  return { ...bed, ok, id: `${name}@test;from-tag=f-${name}` };
}

function checkRetryAfter(t: Test, response: SipMessage): void {
  t.match(response.header('retry-after'), /^([0-9]|10)$/);
}

t.test(
  'an UPDATE while an earlier one is unanswered gets 500 with Retry-After, with or without an offer',
  async (t) => {
    const { app, peer, ok } = await callWithSession(t, 'uu');
    peer.send(requestIn(ok, 'UPDATE', 2, [], SDP));
    const first = await app.next();
    for (const [seq, body] of [
      [3, SDP],
      [4, ''],
    ] as const) {
      peer.send(requestIn(ok, 'UPDATE', seq, [], body));
      const refused = await peer.next();
      t.match(refused, { status: 500, cseq: seq });
      checkRetryAfter(t, refused);
    }
    peer.send(requestIn(ok, 'INVITE', 5, [], SDP));
    t.equal((await peer.next()).status, 100);
    const crossing = await peer.next();
    t.match(crossing, { status: 500, cseq: 5 }, 'a re-INVITE cannot be taken either');
    peer.send(failureAck(crossing));
    await app.ask(`sip|${txn(first)}|`, answerText(first, 200, [], SDP));
    t.match(await peer.next(), { status: 200, cseq: 2 });
    peer.send(requestIn(ok, 'UPDATE', 6, [], SDP));
    t.match((await app.next()).sip, /^UPDATE /, 'the next one is taken again');
  },
);

t.test('an UPDATE with an offer that crosses an offer of ours gets 491, one without passes', async (t) => {
  const { app, peer, ok, id } = await callWithSession(t, 'uo');
  for (const [round, method] of ['UPDATE', 'INVITE'].entries()) {
    await app.ask(`sip||${id}`, `${method} sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const own = await peer.next();
    t.equal(own.method, method);
    const seq = 10 * (round + 1);
    peer.send(requestIn(ok, 'UPDATE', seq, [], SDP));
    t.match(await peer.next(), { status: 491, cseq: seq });
    peer.send(requestIn(ok, 'UPDATE', seq + 1));
    const plain = await app.next();
    t.match(plain.sip, /^UPDATE /);
    await app.ask(`sip|${txn(plain)}|`, answerText(plain, 200));
    t.match(await peer.next(), { status: 200, cseq: seq + 1 });
    if (method === 'UPDATE') {
      peer.send(requestIn(ok, 'INVITE', seq + 2, [], SDP));
      t.equal((await peer.next()).status, 100);
      const glare = await peer.next();
      t.match(glare, { status: 491 });
      peer.send(failureAck(glare));
    }
    peer.send(responseTo(own, 488));
    if (method === 'INVITE') t.equal((await peer.next()).method, 'ACK');
    t.match((await app.next()).sip, /^SIP\/2\.0 488/);
    peer.send(requestIn(ok, 'UPDATE', seq + 3, [], SDP));
    const after = await app.next();
    await app.ask(`sip|${txn(after)}|`, answerText(after, 200, [], SDP));
    t.equal((await peer.next()).status, 200, 'taken when ours is over');
  }
});

t.test(
  'in an early dialog: an offer waits until that of the INVITE is answered; the answer of the app goes out',
  async (t) => {
    const { app, peer } = await testbed(t);
    peer.send(inviteText('ue', peer.port));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 180));
    t.equal((await peer.next()).status, 100);
    const ringing = await peer.next();
    peer.send(requestIn(ringing, 'UPDATE', 2, [], SDP));
    const early = await peer.next();
    t.match(early, { status: 500, cseqMethod: 'UPDATE' });
    checkRetryAfter(t, early);
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 183, [], SDP));
    t.equal((await peer.next()).status, 183);
    peer.send(requestIn(ringing, 'UPDATE', 3, [], SDP));
    const update = await app.next();
    t.match(update.sip, /^UPDATE /);
    t.equal(update.tokens[9], 'ue@test;from-tag=f-ue');
    const echo = await app.ask(`sip|${txn(update)}|`, answerText(update, 200, [], SDP));
    t.equal(echo.tokens[11], '', 'no dialog id before the final answer');
    t.match(await peer.next(), { status: 200, cseqMethod: 'UPDATE' });
  },
);

t.test("the callee's offer before it has answered ours gets 491; after its 183 it reaches the app", async (t) => {
  const { app, peer } = await testbed(t);
  const lines = 'Call-ID: uc\r\nfrom: <sip:a@h>;tag=f\r\n';
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${lines}\r\n${SDP}`);
  const invite = await peer.next();
  const contact = `<sip:b@127.0.0.1:${peer.port}>`;
  /** The callee's request in the dialog that its 18x has made. */
  const update = (seq: number): string =>
    requestIn(invite, 'UPDATE', seq, [`Contact: ${contact}`], SDP)
      .replace(/^From: .*$/m, `From: ${invite.header('to')};tag=b`)
      .replace(/^To: .*$/m, `To: ${invite.header('from')}`);
  peer.send(responseTo(invite, 180, { tag: 'b', contact }));
  await app.next();
  peer.send(update(1));
  t.match(await peer.next(), { status: 491, cseqMethod: 'UPDATE' });
  peer.send(responseTo(invite, 183, { tag: 'b', contact, body: SDP }));
  await app.next();
  peer.send(update(2));
  const delivered = await app.next();
  t.match(delivered.sip, /^UPDATE /);
  t.equal(delivered.tokens[9], 'uc;from-tag=f');
  await app.ask(`sip|${txn(delivered)}|`, answerText(delivered, 200, [], SDP));
  t.match(await peer.next(), { status: 200, cseqMethod: 'UPDATE' });
});
