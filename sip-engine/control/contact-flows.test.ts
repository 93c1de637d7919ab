import t from 'tap';
import { OutgoingMessage, parseMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { ContactFlows } from './contact-flows.ts';

const flow = (id: string) => ({ id, reliable: !id.startsWith('udp'), closed: false }) as Flow;

function register(flows: ContactFlows, over: Flow, contact: string, expiresSec = 60): void {
  const lines = ['Via: SIP/2.0/UDP a.b;branch=z9hG4bKr', 'From: <sip:a@h>;tag=f', 'To: <sip:a@h>', 'Call-ID: c'];
  const head = `REGISTER sip:h SIP/2.0\r\n${lines.join('\r\n')}\r\nCSeq: 1 REGISTER\r\n\r\n`;
  const request = parseMessage(Buffer.from(head));
  const answer = OutgoingMessage.responseTo(request, 200);
  answer.add('Contact', `<${contact}>;expires=${expiresSec}`);
  flows.learn(request, answer, over);
}

t.test('a contact of one connection leads there until it expires or the connection ends', (t) => {
  let now = 0;
  const flows = new ContactFlows(() => now);
  const tcp = flow('tcp/1');
  register(flows, tcp, 'sip:s@phone.invalid');
  t.equal(flows.find('INVITE', 'sip:s@phone.invalid:5062;x=y'), tcp);
  t.equal(flows.find('REGISTER', 'sip:s@phone.invalid'), undefined);
  now = 60_000;
  t.equal(flows.find('INVITE', 'sip:s@phone.invalid'), undefined);
  register(flows, tcp, 'sip:s@phone.invalid');
  flows.forget(tcp);
  t.equal(flows.size, 0);
  t.end();
});

t.test('a contact of two flows leads to neither, also when one of them is UDP; over UDP alone to none', (t) => {
  for (const other of ['tcp/2', 'udp/a/b']) {
    const flows = new ContactFlows(() => 0);
    register(flows, flow('tcp/1'), 'sip:s@phone.invalid');
    register(flows, flow(other), 'sip:s@phone.invalid');
    t.equal(flows.find('INVITE', 'sip:s@phone.invalid'), undefined, other);
  }
  const flows = new ContactFlows(() => 0);
  register(flows, flow('udp/a/b'), 'sip:s@phone.invalid');
  t.equal(flows.find('INVITE', 'sip:s@phone.invalid'), undefined);
  t.end();
});

t.test('what UDP devices have left behind does not pile up', (t) => {
  let now = 0;
  const flows = new ContactFlows(() => now);
  for (let i = 0; i < 10_000; i++) {
    now += 1_000;
    register(flows, flow(`udp/a/${i}`), `sip:s${i}@phone.invalid`, 100);
  }
  t.ok(flows.size < 1_100, `${flows.size} contacts are kept of 100 live ones`);
  t.end();
});
