import { Leg } from '../../support/call.ts';
import { UserAgent } from '../../support/user-agent.ts';
import { PUBLIC_ADDRESS } from './network.ts';

/** The PBX's side, as a process of its own: one line of output a step. Arguments: port, user, realm, password. */
const [, , port = '', username = '', realm = '', password = ''] = process.argv;
const ends: (() => unknown)[] = [];
const scope = { teardown: (end: () => unknown) => void ends.push(end) };
const server = { transport: 'udp', host: PUBLIC_ADDRESS, port: Number(port), localAddress: '0.0.0.0' } as const;
const pbx = await UserAgent.open(scope, server, { username, realm, password });
// A link that has just come up loses what it is given first.
pbx.t1Ms = 500;
const contact = `sip:${username}@192.168.7.2:${pbx.socket.localPort};line=ns`;
const say = (step: string) => process.stdout.write(`${step}\n`);

for (const round of ['first mapping', 'second mapping']) {
  say(`${round}: registered ${(await pbx.register({ contacts: [`<${contact}>`] })).answer.status}`);
  const called = await Leg.answer(pbx, await pbx.next('INVITE'), contact);
  await called.acceptReinvite(contact);
  say(`${round}: re-INVITE from here ${(await called.reinvite(contact)).status}`);
  await called.acceptHangUp();
  const again = await Leg.answer(pbx, await pbx.next('INVITE'), contact);
  say(`${round}: BYE from here ${(await again.hangUp()).status}`);
  // The other side cuts the mapping now and says so.
  if (round === 'first mapping') await new Promise((resolve) => process.stdin.once('data', resolve));
}
for (const end of ends) end();
process.stdin.destroy();
