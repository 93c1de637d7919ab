import t from 'tap';
import { until } from '../support/wait.ts';
import { startWorld, type Trunk } from './world.ts';

const OVERLAP_SEC = 8;

t.test('credentials', async (t) => {
  // The old password is tried again and again until it is good no more.
  const world = await startWorld(t, '', { DIDFARM_RATE_LIMITS: 'off' });
  const { product } = world;
  const regenerate = async (trunk: Trunk, overlapSec: number) => {
    const path = `/portal/sip-trunks/${trunk.uuid}/regenerate-credentials`;
    const { body } = await product.api('POST', path, { overlap_seconds: overlapSec });
    return (body as { data: { password: string } }).data.password;
  };
  const said = (message: string, trunk: Trunk) =>
    product.log().filter((line) => line.msg === message && line.trunk === trunk.uuid);

  t.test('rotation with overlap: both are good, the move is told once, the old one retires by itself', async (t) => {
    const trunk = await world.trunk('rotates');
    const pbx = await world.pbx(trunk);
    t.equal((await pbx.register()).answer.status, 200);
    const password = await regenerate(trunk, OVERLAP_SEC);
    t.equal((await pbx.register()).answer.status, 200, 'the old one');
    t.equal((await world.registration(trunk)).state, 'registered', 'nobody was disconnected');
    for (const again of [1, 2]) t.equal((await pbx.register({ password })).answer.status, 200, `the new one, ${again}`);
    await until('it is told', () => said('the PBX uses its new password', trunk).length > 0);
    t.equal(said('the PBX uses its new password', trunk).length, 1);
    await until(
      'the old one retires',
      async () => (await pbx.register()).answer.status === 401,
      (OVERLAP_SEC + 10) * 1000,
    );
    t.equal((await pbx.register({ password })).answer.status, 200);
  });

  t.test('F-043: new credentials without overlap disconnect the PBX at once, with the cause', async (t) => {
    const trunk = await world.trunk('regenerated');
    const pbx = await world.pbx(trunk);
    t.equal((await pbx.register()).answer.status, 200);
    await regenerate(trunk, 0);
    t.match(await world.registration(trunk), { state: 'offline', reason: 'credentials_regenerated', contacts: [] });
    const refused = await world.reasonOf('wrong_password', async () => (await pbx.register()).answer);
    t.match(refused, { status: 401, times: 1 });
    t.match(await world.registration(trunk), { last_failure: { reason: 'wrong_password' } });
  });

  t.test('F-009: the offboard switch is one call: password void, binding gone, event told', async (t) => {
    const trunk = await world.trunk('offboarded');
    const pbx = await world.pbx(trunk);
    t.equal((await pbx.register()).answer.status, 200);
    t.equal((await product.api('DELETE', `/portal/sip-trunks/${trunk.uuid}`)).status, 200);
    const refused = await world.reasonOf('unknown_user', async () => (await pbx.register()).answer);
    t.match(refused, { status: 401, times: 1 });
    const identity = `sip:${trunk.username}@${trunk.realm}`;
    const told = () => product.log().filter((line) => line.msg === 'trunk offline' && line.identity === identity);
    await until('it is told', () => told().length > 0);
    t.match(told(), [{ reason: 'trunk_deleted', account: product.demo.accounts[0]?.id }]);
  });
});
