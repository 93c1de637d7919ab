import t from 'tap';
import type { CarrierRecord, CarrierStateChange } from '../../bus/index.ts';
import { carrierRecord } from '../../tenancy/index.ts';
import { labelOf } from '../target/carrier-routes.ts';
import { GatewayHealth } from '../target/gateway-health.ts';
import { ManualClock } from '../test-stage.ts';
import { CarrierWatch } from './carrier-watch.ts';
import type { CarrierRegistrationStatus } from './registration-state.ts';

const gateway = (host: string) => ({ host, port: 5060, transport: 'udp', priority: 1, weight: 1 }) as const;
const CARRIER = carrierRecord({ id: 1, name: 'A', gateways: [gateway('first'), gateway('second')] });

function open() {
  const clock = new ManualClock();
  const health = new GatewayHealth(() => clock.now());
  const told: CarrierStateChange[] = [];
  const world: { carriers: CarrierRecord[]; registrations: CarrierRegistrationStatus[] } = {
    carriers: [CARRIER],
    registrations: [],
  };
  const watch = new CarrierWatch({
    carriers: () => world.carriers,
    health,
    registrations: () => world.registrations,
    clock,
    onChange: (change) => told.push(change),
  });
  watch.start();
  const [first = '', second = ''] = CARRIER.gateways.map((each) => labelOf(CARRIER, each));
  const fail = (label: string) => {
    for (let n = 0; n < 3; n += 1) health.failed(label);
  };
  const look = () => {
    clock.advance(5000);
    return told.map(({ state, reason }) => `${state} ${reason}`);
  };
  return { clock, health, told, world, watch, first, second, fail, look };
}

t.test('a carrier is down when its last gateway has gone silent, and up with the first that answers', async (t) => {
  const { clock, health, watch, first, second, fail, look } = open();
  t.same(look(), [], 'nothing is known');
  health.responded(first);
  t.same(look(), ['up null']);
  fail(first);
  t.same(look(), ['up null'], 'the other may do');
  fail(second);
  t.same(look(), ['up null', 'down gateways_silent']);
  clock.advance(600_000);
  t.equal(look().length, 2, 'it stays down, however long nobody tries');
  health.responded(second);
  t.same(look().slice(2), ['up null']);
  watch.close();
  t.equal(clock.pending, 0);
});

t.test('one that does not let us register is down, and one that is switched off is nobody', async (t) => {
  const { health, world, first, look } = open();
  const status = { carrierId: 1, state: 'trying' } as CarrierRegistrationStatus;
  world.registrations = [status];
  health.responded(first);
  t.same(look(), [], 'not before it has let us in');
  world.registrations = [{ ...status, state: 'registered' }];
  t.same(look(), ['up null']);
  world.registrations = [{ ...status, state: 'failed' }];
  t.same(look(), ['up null', 'down registration_failed']);
  world.registrations = [status];
  t.equal(look().length, 2, 'trying again is not being back');
  world.carriers = [{ ...CARRIER, enabled: false }];
  world.registrations = [];
  t.equal(look().length, 2);
});
