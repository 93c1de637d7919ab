import t from 'tap';
import { carrierRecord } from '../../tenancy/index.ts';
import { ManualClock } from '../test-stage.ts';
import { carrierOption } from './carrier-routes.ts';
import { GatewayHealth } from './gateway-health.ts';
import { type GatewayProbe, GatewayProber } from './gateway-prober.ts';

const gateway = (host: string, priority: number) =>
  ({ host, port: 5060, transport: 'tcp', priority, weight: 1 }) as const;
const carrier = carrierRecord({ id: 1, name: 'A', gateways: [gateway('first', 1), gateway('second', 2)] });
const off = carrierRecord({ id: 2, name: 'B', enabled: false, gateways: [gateway('third', 1)] });

function world() {
  const clock = new ManualClock();
  const health = new GatewayHealth(() => clock.now());
  const silent = new Set<string>();
  const sent: GatewayProbe[] = [];
  const prober = new GatewayProber({
    carriers: () => [carrier, off],
    health,
    clock,
    send: (probe, done) => {
      sent.push(probe);
      done(![...silent].some((host) => probe.uri.includes(host)));
    },
  });
  const order = () =>
    carrierOption(carrier, '+331', { random: () => 0, isOpen: (key) => health.isOpen(key) }).legs.map(
      (leg) => leg.remoteAddress,
    );
  return { clock, silent, sent, prober, order };
}

t.test('enabled gateways are probed over their transport, now and every 20 s', async (t) => {
  const { prober, sent, clock } = world();
  prober.start();
  t.match(sent, [{ method: 'OPTIONS', uri: 'sip:first:5060;transport=tcp' }, { uri: 'sip:second:5060;transport=tcp' }]);
  clock.advance(20_000);
  t.equal(sent.length, 4);
  prober.close();
  clock.advance(60_000);
  t.equal(sent.length, 4);
});

t.test('a gateway that stops answering goes behind the others, and comes back with its first answer', async (t) => {
  const { prober, silent, clock, order } = world();
  prober.start();
  silent.add('first');
  for (let miss = 0; miss < 3; miss++) {
    t.same(order(), ['first', 'second']);
    clock.advance(20_000);
  }
  t.same(order(), ['second', 'first'], 'the circuit is open');
  clock.advance(20_000);
  clock.advance(19_000);
  t.same(order(), ['second', 'first'], 'and stays so while it is silent');
  silent.clear();
  clock.advance(1000);
  t.same(order(), ['first', 'second'], 'closed again');
});

t.test('a gateway that never answered a probe is judged by its calls alone', async (t) => {
  const { prober, silent, clock, order } = world();
  silent.add('first');
  prober.start();
  for (let miss = 0; miss < 10; miss++) clock.advance(20_000);
  t.same(order(), ['first', 'second']);
});
