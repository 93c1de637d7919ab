import t from 'tap';
import { loadConfig } from './load-config.ts';
import { callTargets, closedAddressIn, OpenAddresses, SITE_NETWORKS } from './open-addresses.ts';

t.test('public addresses are open, private ones are not, and the operator opens ranges', async (t) => {
  const open = new OpenAddresses(['10.20.0.0/16', '192.168.1.9']);
  for (const address of ['198.51.100.7', '8.8.8.8', '2606:4700::1111', '10.20.3.4', '192.168.1.9']) {
    t.equal(open.allows(address), !address.startsWith('198.51'), address);
  }
  const closed = ['10.0.0.1', '127.0.0.1', '169.254.169.254', '192.168.1.8', '0.0.0.0', '100.64.0.1', '224.0.0.1'];
  for (const address of [...closed, '::1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:a00:1', 'name']) {
    t.notOk(open.allows(address), address);
  }
});

t.test('a closed address is found in every way a target can be written', async (t) => {
  const open = callTargets([]);
  for (const [target, found] of [
    ['sip:+3120@10.0.0.1:5060;transport=tcp', '10.0.0.1'],
    ['SIPS:[::1]:5061', '::1'],
    ['sip:a;b=c@[fd00::7]', 'fd00::7'],
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1:5070;transport=tls', '10.0.0.1'],
    ['sip:x@public.example;maddr=169.254.169.254', '169.254.169.254'],
    ['sip:x@LocalHost:6379', 'localhost'],
    ['sip:x@2130706433', '2130706433'],
    ['sip:x@0x7f.1', '0x7f.1'],
    ['sip:x@pbx.example.org', undefined],
    ['sip:x@8.8.8.8', undefined],
    ['sip:x@198.51.100.7', undefined],
  ] as const) {
    t.equal(closedAddressIn(target, open), found, target);
  }
});

t.test(
  'networks of the site are open unless the operator closes them, and loopback where nobody else is served',
  async (t) => {
    const dir = t.testdir({ empty: {}, used: { 'didfarm.db': '' }, demo: { 'didfarm.db': '', 'demo.json': '{}' } });
    const allowed = (env: Readonly<Record<string, string>>, mayMakeDemo = false) =>
      loadConfig(env, { mayMakeDemo }).config.calls.targetAllow;
    const at = (name: string) => ({ DIDFARM_DATA_DIR: `${dir}/${name}` });
    const loopback = [...SITE_NETWORKS, '127.0.0.0/8', '::1/128'];
    t.same(allowed(at('used')), SITE_NETWORKS);
    t.same(allowed(at('empty')), SITE_NETWORKS);
    t.same(allowed(at('empty'), true), loopback, 'it is about to be the demo world');
    t.same(allowed(at('used'), true), SITE_NETWORKS);
    t.same(allowed(at('demo')), loopback);
    t.same(allowed({ ...at('used'), DIDFARM_SIP_HOST: '127.0.0.1,::1' }), loopback);
    t.same(allowed({ ...at('used'), DIDFARM_SIP_HOST: '127.0.0.1,192.0.2.1' }), SITE_NETWORKS);
    t.same(allowed({ ...at('demo'), DIDFARM_TARGET_ALLOW: '10.0.0.0/8' }), ['10.0.0.0/8']);
    const usual = new OpenAddresses(SITE_NETWORKS);
    for (const address of [
      '10.0.0.1',
      '172.31.0.1',
      '192.168.1.8',
      '100.64.0.1',
      '198.18.0.1',
      'fd00::1',
      '::ffff:a00:1',
    ])
      t.ok(usual.allows(address), address);
    for (const address of ['127.0.0.1', '169.254.169.254', '0.0.0.0', '224.0.0.1', '::1', 'fe80::1', '172.32.0.1'])
      t.equal(usual.allows(address), address === '172.32.0.1', address);
  },
);
