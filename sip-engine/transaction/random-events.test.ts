import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { fc } from '../testing-properties.ts';
import { inviteClientMachine } from './invite-client-table.ts';
import { inviteServerMachine } from './invite-server-table.ts';
import { nonInviteClientMachine } from './non-invite-client-table.ts';
import { nonInviteServerMachine } from './non-invite-server-table.ts';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, incoming, outgoing } from './transaction-fixture.ts';

const GIVE_UP = 64 * 500;

/** What may happen to a transaction layer, as data that fast-check can shrink. */
type Happening =
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'arrives'; readonly method: string; readonly branch: number }
  | { readonly kind: 'respond'; readonly which: number; readonly status: number }
  | { readonly kind: 'request'; readonly method: string }
  | { readonly kind: 'answered'; readonly which: number; readonly status: number }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'fail' };

const status = fc.constantFrom(100, 180, 183, 200, 202, 302, 408, 481, 486, 487, 503, 603);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(10, 200, 500, 4000, 33_000) }),
  fc.record({
    kind: fc.constant('arrives' as const),
    method: fc.constantFrom('INVITE', 'OPTIONS', 'ACK', 'CANCEL'),
    branch: fc.nat(2),
  }),
  fc.record({ kind: fc.constant('respond' as const), which: fc.nat(5), status }),
  fc.record({ kind: fc.constant('request' as const), method: fc.constantFrom('INVITE', 'OPTIONS', 'BYE') }),
  fc.record({ kind: fc.constant('answered' as const), which: fc.nat(5), status }),
  fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }),
  fc.constant({ kind: 'fail' as const }),
);

function play(happenings: readonly Happening[], transport: 'udp' | 'tcp') {
  const fixture = createFixture();
  const flow = fixture.transport.flow(transport);
  const clients: { readonly transaction: { cancel(): void }; readonly heard: readonly string[] }[] = [];
  const act = (event: Happening): void => {
    if (event.kind === 'advance') fixture.clock.advance(event.ms);
    if (event.kind === 'arrives') {
      const branch = `z9hG4bKpeer${event.branch}`;
      fixture.layer.receive(incoming({ method: event.method, branch, callId: branch }), flow);
    }
    if (event.kind === 'respond') {
      const server = fixture.opened[event.which];
      server?.respond(OutgoingMessage.responseTo(server.request, event.status));
    }
    if (event.kind === 'request') {
      const listener = createListener();
      clients.push({
        transaction: fixture.layer.request(outgoing(event.method), flow, listener),
        heard: listener.heard,
      });
    }
    if (event.kind === 'answered') {
      const request = flow.sent.filter((message) => message.isRequest && message.method !== 'ACK')[event.which];
      if (request !== undefined) fixture.layer.receive(answerTo(request, event.status), flow);
    }
    if (event.kind === 'cancel') clients[event.which]?.transaction.cancel();
    if (event.kind === 'fail') flow.fail();
  };
  for (const event of happenings) act(event);
  return { fixture, clients };
}

t.test('no order of events makes a machine throw, and all ends within 64*T1 once users have done their part', (t) => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60 }),
      fc.constantFrom('udp' as const, 'tcp' as const),
      (events, transport) => {
        const { fixture, clients } = play(events, transport);
        for (const server of fixture.opened) server.respond(OutgoingMessage.responseTo(server.request, 486));
        for (const { transaction } of clients) transaction.cancel();
        // Held CANCELs and timer B first, then what was started by them.
        fixture.clock.advance(2 * GIVE_UP + 100);
        const errors = fixture.ports.logged.filter(({ level }) => level === 'error');
        const ends = clients.map(({ heard }) => heard.filter((word) => word === 'end').length);
        const finals = clients.map(
          ({ heard }) => heard.filter((word) => word === 'timeout' || word.startsWith('error')).length,
        );
        return (
          fixture.total() === 0 &&
          fixture.wheel.size === 0 &&
          errors.length === 0 &&
          ends.every((count) => count === 1) &&
          finals.every((count) => count <= 1) &&
          clients.every(({ heard }) => heard.at(-1) === 'end') &&
          fixture.heard.filter((word) => word.startsWith('request')).length ===
            fixture.heard.filter((word) => word.startsWith('end')).length
        );
      },
    ),
    { numRuns: 300 },
  );
  t.pass('300 random histories');
  t.end();
});

t.test('from every state of every figure an end can be reached, and every arrow leads to a known state', (t) => {
  const machines = { inviteClientMachine, nonInviteClientMachine, inviteServerMachine, nonInviteServerMachine };
  for (const [name, machine] of Object.entries(machines)) {
    const table: Record<string, Record<string, { readonly to: string }>> = machine.table;
    const reached = new Set<string>([machine.initial]);
    for (const state of reached) for (const step of Object.values(table[state] ?? {})) reached.add(step.to);
    t.ok(reached.has('terminated'), name);
    for (const state of Object.keys(table)) {
      const used = Object.keys(table[state] ?? {}).length > 0;
      t.equal(reached.has(state), used || state === 'terminated', `${name}: ${state}`);
      if (used) t.ok(endsFrom(table, state), `${name}: ${state} ends`);
    }
  }
  t.end();
});

function endsFrom(table: Readonly<Record<string, Record<string, { readonly to: string }>>>, from: string): boolean {
  const reached = new Set([from]);
  for (const state of reached) for (const step of Object.values(table[state] ?? {})) reached.add(step.to);
  return reached.has('terminated');
}
