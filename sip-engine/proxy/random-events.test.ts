import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { fc } from '../testing-properties.ts';
import { answerTo } from '../transaction/recorder-transport.ts';
import { createProxyFixture, request, T1_MS } from './proxy-fixture.ts';

const ADDRESSES = ['10.1.0.1', '10.1.0.2', '10.1.0.3'];

/** One thing that happens around a proxied request. */
const event = fc.oneof(
  fc.record({
    kind: fc.constant('answer' as const),
    who: fc.integer({ min: 0, max: 2 }),
    status: fc.constantFrom(100, 180, 183, 200, 302, 401, 407, 404, 486, 487, 500, 503, 603),
  }),
  fc.record({ kind: fc.constant('cancel' as const) }),
  fc.record({ kind: fc.constant('again' as const) }),
  fc.record({ kind: fc.constant('break' as const), who: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 2_000, 40_000, 200_000) }),
);

const command = fc.record({
  simultaneous: fc.boolean(),
  followRedirects: fc.boolean(),
  remainInDialog: fc.boolean(),
  provisionalTimeoutMs: fc.constantFrom(0, 1_000),
  finalTimeoutMs: fc.constantFrom(0, 5_000),
  transport: fc.constantFrom('', ';transport=tcp'),
});

t.test('whatever happens in whatever order, every proxied request ends once and nothing is left', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom('INVITE', 'MESSAGE'),
      command,
      fc.array(event, { maxLength: 25 }),
      (method, { transport, ...options }, events) => {
        const world = createProxyFixture();
        const invite = request(method);
        const name = transport === '' ? 'udp' : 'tcp';
        world.start(invite, { ...options, targets: ADDRESSES.map((address) => `sip:${address}${transport}`) });
        for (const happening of events) {
          if (happening.kind === 'wait') world.clock.advance(happening.ms);
          else if (happening.kind === 'again') world.arrive(invite);
          else if (happening.kind === 'cancel') world.arrive(request('CANCEL', { branch: `z9hG4bK${method}` }));
          else {
            const callee = world.callee(ADDRESSES[happening.who] ?? '', name);
            if (callee.methods().length === 0) continue;
            if (happening.kind === 'break') callee.flow.fail();
            else world.arrive(answerTo(callee.request, happening.status), callee.flow);
          }
        }
        // A repetition that came after the end is a new request, which nobody proxies here.
        for (const late of world.opened.slice(1)) late.respond(OutgoingMessage.responseTo(late.request, 500));
        world.clock.advance(3 * 185_000 + 300 * T1_MS);
        const ends = world.log.filter((line) => line === 'done' || line === 'not sent');
        const faults = world.ports.logged.filter(({ level }) => level === 'error');
        return ends.length === 1 && world.total() === 0 && world.proxy.size === 0 && faults.length === 0;
      },
    ),
    { numRuns: 400 },
  );
});
