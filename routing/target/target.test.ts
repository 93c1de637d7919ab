import t from 'tap';
import { carrierRecord } from '../../tenancy/index.ts';
import { CarrierRoutes, carrierOption } from './carrier-routes.ts';
import { GatewayHealth } from './gateway-health.ts';
import { orderGroup, orderWeighted } from './group-order.ts';

const gateway = (host: string, priority: number, weight: number) => ({
  host,
  port: 5060,
  transport: 'udp' as const,
  priority,
  weight,
});

t.test('carriers are tried by the longest prefix, then the lower cost, then age', async (t) => {
  const prefix = (text: string, costMicros: number) => [{ prefix: text, costMicros }];
  const carriers = [
    carrierRecord({ id: 1, prefixes: prefix('', 1) }),
    carrierRecord({ id: 2, prefixes: prefix('31', 9) }),
    carrierRecord({ id: 3, prefixes: prefix('+31', 5) }),
    carrierRecord({ id: 4, prefixes: prefix('3120', 50) }),
    carrierRecord({ id: 5, prefixes: prefix('49', 1) }),
    carrierRecord({ id: 6, prefixes: prefix('31', 5) }),
    carrierRecord({ id: 7, prefixes: prefix('31', 0), enabled: false }),
  ];
  const routes = new CarrierRoutes();
  t.same(
    routes.find(carriers, '+31201234567').map((carrier) => carrier.id),
    [4, 3, 6, 2, 1],
  );
  t.same(routes.find([], '+31201234567'), [], 'a new list is read anew');
});

t.test('gateways are tried by priority, and by weight inside one', async (t) => {
  const carrier = carrierRecord({ id: 1, gateways: [gateway('c', 2, 1), gateway('a', 1, 1), gateway('b', 1, 3)] });
  let open: string[] = [];
  const hosts = (random: number) =>
    carrierOption(carrier, '+1', { random: () => random, isOpen: (key) => open.includes(key) }).legs.map(
      (leg) => leg.remoteAddress,
    );
  t.same(hosts(0), ['a', 'b', 'c']);
  t.same(hosts(0.9), ['b', 'a', 'c']);
  open = ['carrier 1 a:5060', 'carrier 1 b:5060'];
  t.same(hosts(0), ['c', 'a', 'b'], 'those that do not respond come last');
});

t.test('weights steer how often a member is first', async (t) => {
  const members = [
    { id: 'a', priority: 1, weight: 1 },
    { id: 'b', priority: 1, weight: 3 },
  ];
  let first = 0;
  for (let i = 0; i < 100; i++) if (orderWeighted(members, () => i / 100)[0]?.id === 'a') first++;
  t.equal(first, 25);
  t.equal(orderWeighted([{ priority: 1, weight: 0 }], () => 0.5).length, 1);
});

t.test('round robin begins one further each time and keeps the others behind', async (t) => {
  const group = {
    id: 1,
    uuid: 'tgr_1',
    accountId: 1,
    name: 'g',
    strategy: 'round_robin' as const,
    members: [1, 2, 3].map((trunkId) => ({ trunkId, priority: 1, weight: 1 })),
  };
  const order = (turn: number) => orderGroup(group, { nextTurn: () => turn, random: () => 0 });
  t.same(
    [order(0), order(1), order(2)],
    [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ],
  );
  t.same(orderGroup({ ...group, members: [] }, { nextTurn: () => 0, random: () => 0 }), []);
});

t.test('three silent attempts in a row open a circuit; time or any response closes it', async (t) => {
  let now = 0;
  const health = new GatewayHealth(() => now);
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) health.failed('gw');
  };
  fail(2);
  t.equal(health.isOpen('gw'), false);
  fail(1);
  t.equal(health.isOpen('gw'), true);
  t.equal(health.isOpen('other'), false);
  now = 30_000;
  t.equal(health.isOpen('gw'), false, 'tried again');
  fail(1);
  t.equal(health.isOpen('gw'), true, 'and one more failure is enough');
  health.responded('gw');
  t.equal(health.isOpen('gw'), false);
});
