import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { OutgoingMessage, parseMessage } from '../../sip-engine/index.ts';
import { DemoPbx } from './pbx.ts';

t.test('an INVITE that is repeated is answered again and has rung once', async (t) => {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const at = { address: '127.0.0.1', port: server.address().port };
  const credentials = { username: 'acme', password: 'secret' };
  const pbx = await DemoPbx.open({ name: 'Acme', server: at, realm: 'sip.example', credentials, notes: [] });
  t.teardown(() => pbx.close());

  let here = 0;
  const statuses: number[] = [];
  const { promise: answeredTwice, resolve } = Promise.withResolvers<void>();
  server.on('message', (bytes, from) => {
    const message = parseMessage(bytes);
    here = from.port;
    if (message.isRequest) server.send(OutgoingMessage.responseTo(message, 200).toBuffer(), from.port);
    else if (statuses.push(message.status) === 4) resolve();
  });
  t.equal(await pbx.register(300), 200);

  const invite = OutgoingMessage.request('INVITE', `sip:acme@127.0.0.1:${here}`);
  invite.add('Via', `SIP/2.0/UDP 127.0.0.1:${at.port};branch=z9hG4bKonce`);
  invite.add('From', '<sip:+4915112345678@sip.example>;tag=1');
  invite.add('To', '<sip:+31201234567@sip.example>');
  invite.add('Call-ID', 'once');
  invite.add('CSeq', '1 INVITE');
  for (const _ of [1, 2]) server.send(invite.toBuffer(), here);
  await answeredTwice;
  t.same(statuses, [180, 200, 180, 200]);
  t.same(pbx.rung, ['+31201234567']);
});
