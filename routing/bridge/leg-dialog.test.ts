import t from 'tap';
import type { SrfRequest } from '../srf-adapter.ts';
import { audioCodec } from './audio-codec.ts';
import { calleeDialog, callerDialog, refreshedDialog } from './leg-dialog.ts';

const message = (headers: Record<string, string>, more: object = {}) => ({
  body: '',
  get: (name: string) => headers[name],
  has: (name: string) => name in headers,
  source_address: '192.0.2.5',
  source_port: 5070,
  protocol: 'udp',
  ...more,
});

const invite = (headers: Record<string, string> = {}, more: object = {}) =>
  message(
    {
      from: '"A, B" <sip:a@x>;tag=1',
      to: '<sip:b@y>',
      contact: '<sip:a@10.0.0.1:5060;line=3>',
      'record-route': '<sip:p1.example;lr>,<sip:p2.example;lr;x="1">',
      ...headers,
    },
    { method: 'INVITE', sessionToken: 'udp/127.0.0.1:5060/192.0.2.5:5070', ...more },
  ) as unknown as SrfRequest;

const uas = { sip: { callId: 'c', localTag: 'ours', remoteTag: '1' } } as never;

t.test('the dialog of the caller: tags, Contact, routes in order, the flow it came over', async (t) => {
  t.same(callerDialog(invite(), uas, 4), {
    local: '<sip:b@y>;tag=ours',
    remote: '"A, B" <sip:a@x>;tag=1',
    cseq: 1,
    target: 'sip:a@10.0.0.1:5060;line=3',
    routes: ['<sip:p1.example;lr>', '<sip:p2.example;lr;x="1">'],
    hops: ['sip:192.0.2.5:5070;transport=udp;flow=udp%2F127.0.0.1%3A5060%2F192.0.2.5%3A5070'],
    trunkId: 4,
  });
});

t.test('the dialog of the callee: routes reversed, the way of the INVITE first', async (t) => {
  const answer = message({
    from: '<sip:us@y>;tag=u',
    to: '<sip:b@y>;tag=2',
    cseq: '91 INVITE',
    contact: '<sip:b@10.0.0.2>',
    'record-route': '<sip:p1.example;lr>,<sip:p2.example;lr>',
  });
  const leg = {
    kind: 'binding',
    uri: '',
    label: '',
    remoteAddress: '',
    proxy: 'sip:192.0.2.5:5070;flow=tcp%2F1',
  } as const;
  const dialog = calleeDialog(answer as never, leg, undefined);
  t.match(dialog, { cseq: 91, trunkId: null, routes: ['<sip:p2.example;lr>', '<sip:p1.example;lr>'] });
  t.same(dialog.hops, [leg.proxy, 'sip:192.0.2.5:5070;transport=udp']);
});

t.test('a re-INVITE moves the target and the way; an INFO from where the leg is changes nothing', async (t) => {
  const dialog = callerDialog(invite(), uas, undefined);
  t.equal(refreshedDialog(dialog, invite()), undefined);
  t.equal(
    refreshedDialog(dialog, invite({ contact: '<sip:z@z>' }, { method: 'INFO' })),
    undefined,
    'no target refresh',
  );
  const moved = refreshedDialog(
    dialog,
    invite({ contact: '<sip:a@10.0.0.7>' }, { source_port: 6000, sessionToken: '' }),
  );
  t.equal(moved?.target, 'sip:a@10.0.0.7');
  t.same(moved?.hops, ['sip:192.0.2.5:6000;transport=udp', ...dialog.hops]);
});

t.test('the codec is the first of the first audio line', async (t) => {
  t.equal(audioCodec('v=0\r\nm=audio 4000 RTP/AVP 8 0\r\n'), 'PCMA/8000');
  t.equal(audioCodec('v=0\r\nm=audio 4000 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n'), 'opus/48000');
  t.equal(audioCodec('v=0\r\nm=image 4000 udptl t38\r\n'), null);
  t.equal(audioCodec('m=audio 1 RTP/AVP 99\r\n'), null, 'a dynamic type that nobody named');
  t.equal(audioCodec(undefined), null);
});
