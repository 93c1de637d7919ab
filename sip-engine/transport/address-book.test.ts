import type { NetworkInterfaceInfo } from 'node:os';
import t from 'tap';
import { AddressBook, formatEndpoint, normalizeAddress, parseEndpoint, sourceOf } from './address-book.ts';
import { createListenPoint, fitness } from './bound-point.ts';
import type { ListenSpec } from './types.ts';

const address = (cidr: string, internal = false) => {
  const [text = '', prefix = ''] = cidr.split('/');
  const family = text.includes(':') ? 'IPv6' : 'IPv4';
  return { address: text, cidr: `${text}/${prefix}`, internal, family, netmask: '', mac: '' } as NetworkInterfaceInfo;
};

const INTERFACES = {
  lo: [address('127.0.0.1/8', true), address('::1/128', true)],
  eth0: [address('203.0.113.5/24'), address('2001:db8::5/64'), address('fe80::5/64')],
  eth1: [address('10.1.0.5/16')],
  eth2: [address('10.1.2.5/24')],
};

function book(localNetworks: readonly string[] = [], interfaces = INTERFACES) {
  let nowMs = 0;
  let reads = 0;
  const read = () => {
    reads++;
    return interfaces;
  };
  return {
    book: new AddressBook(() => nowMs, localNetworks, read),
    reads: () => reads,
    wait: (ms: number) => (nowMs += ms),
  };
}

const point = (spec: Partial<ListenSpec>, addresses = book().book) =>
  createListenPoint({ transport: 'udp', host: '0.0.0.0', port: 0, ...spec }, spec.host ?? '0.0.0.0', 5060, addresses);

t.test('the source is the address of the longest matching network, else the first that faces outward', (t) => {
  const { book: addresses } = book();
  for (const [remote, source] of [
    ['10.1.2.77', '10.1.2.5'],
    ['10.1.3.77', '10.1.0.5'],
    ['203.0.113.9', '203.0.113.5'],
    ['198.51.100.1', '203.0.113.5'],
    ['127.0.0.9', '127.0.0.1'],
    ['::1', '::1'],
    ['2001:db8:ffff::1', '2001:db8::5'],
    ['::ffff:10.1.2.3', '10.1.2.5'],
    ['not an address', '127.0.0.1'],
  ] as const) {
    t.equal(addresses.sourceFor(remote), source, remote);
  }
  t.end();
});

t.test('interfaces are read once in 30 s, however many destinations are asked for', (t) => {
  const { book: addresses, reads, wait } = book();
  for (let i = 0; i < 10_000; i++) addresses.sourceFor(`198.51.${i >> 8}.${i & 255}`);
  t.equal(reads(), 1);
  wait(30_000);
  addresses.sourceFor('198.51.100.1');
  t.equal(reads(), 2);
  t.end();
});

t.test(
  'a wildcard is at every address of this machine, a bound point at its own; interfaces are not read for it',
  (t) => {
    const { book: addresses, reads } = book();
    const [wildcard, bound] = [point({}, addresses), point({ host: '10.1.0.5' }, addresses)];
    for (let round = 0; round < 1000; round++) wildcard.isAt('203.0.113.5');
    t.equal(reads(), 1);
    for (const own of [
      '127.0.0.1',
      '127.8.8.8',
      '0.0.0.0',
      '203.0.113.5',
      '10.1.0.5',
      '10.1.2.5',
      '::1',
      '2001:db8::5',
    ]) {
      t.equal(wildcard.isAt(own), true, own);
      t.equal(bound.isAt(own), own === '10.1.0.5', own);
    }
    for (const other of ['203.0.113.6', '198.51.100.1', '2001:db8::6']) t.equal(wildcard.isAt(other), false, other);
    t.end();
  },
);

t.test('the external address is told to the outside, the bound one inside', (t) => {
  const wildcard = point({ externalHost: '198.51.100.7', externalPort: 15060 });
  t.same(wildcard.advertisedFor('192.0.2.1'), { host: '198.51.100.7', port: 15060 });
  t.same(wildcard.advertisedFor('172.16.0.1'), { host: '198.51.100.7', port: 15060 }, 'private, but not ours');
  t.same(wildcard.advertisedFor('10.1.2.9'), { host: '10.1.2.5', port: 5060 });
  t.same(wildcard.advertisedFor('127.0.0.1'), { host: '127.0.0.1', port: 5060 });
  const bound = point({ host: '10.1.0.5', externalHost: '198.51.100.7' });
  t.same(bound.advertisedFor('203.0.113.9'), { host: '198.51.100.7', port: 5060 }, 'local to another interface only');
  t.same(bound.advertisedFor('10.1.200.9'), { host: '10.1.0.5', port: 5060 });
  const extended = point({ host: '10.1.0.5', externalHost: '198.51.100.7' }, book(['172.16.0.0/12']).book);
  t.same(extended.advertisedFor('172.16.0.1'), { host: '10.1.0.5', port: 5060 });
  t.end();
});

t.test('without an external address a wildcard tells the one that routes there, IPv6 in brackets', (t) => {
  t.same(point({}).advertisedFor('10.1.2.9'), { host: '10.1.2.5', port: 5060 });
  t.same(point({ host: '::' }).advertisedFor('2001:db8::9'), { host: '[2001:db8::5]', port: 5060 });
  t.same(point({ host: '192.0.2.5' }).advertisedFor('10.1.2.9'), { host: '192.0.2.5', port: 5060 });
  t.end();
});

t.test(
  'of several sockets the one in the network of the target is the fittest, loopback never leaves the machine',
  (t) => {
    const { book: addresses } = book();
    const points = ['127.0.0.1', '203.0.113.5', '10.1.2.5', '::1'].map((host) => point({ host }, addresses));
    const best = (remote: string) =>
      points.toSorted((a, b) => fitness(b, remote, addresses) - fitness(a, remote, addresses))[0]?.host;
    t.equal(best('10.1.2.9'), '10.1.2.5');
    t.equal(best('198.51.100.1'), '203.0.113.5');
    t.equal(best('127.0.0.5'), '127.0.0.1');
    t.equal(best('::1'), '::1');
    t.end();
  },
);

t.test('endpoints are written and read back; nonsense is not read', (t) => {
  for (const [host, port] of [
    ['10.0.0.9', 5060],
    ['::1', 5062],
    ['2001:db8::5', 1],
  ] as const) {
    t.same(parseEndpoint(formatEndpoint(host, port)), { address: host, port });
  }
  for (const bad of ['', 'a', ':5', '10.0.0.9:0', '10.0.0.9:70000', 'host:5060', '10.0.0.9:5x']) {
    t.equal(parseEndpoint(bad), undefined, bad);
  }
  t.equal(normalizeAddress('::FFFF:10.0.0.9'), '10.0.0.9');
  t.equal(normalizeAddress('2001:DB8:0:0::1'), '2001:db8::1');
  t.equal(normalizeAddress('fe80::1%eth0'), 'fe80::1%eth0');
  t.end();
});

t.test('a network that is not CIDR is refused', (t) => {
  t.throws(() => book(['10.0.0.0']));
  t.end();
});

t.test('an IPv4 address is a source of its own, an IPv6 /64 is one together', (t) => {
  t.equal(sourceOf('10.0.0.1'), '10.0.0.1');
  t.equal(sourceOf('2001:db8:1:2::1'), sourceOf('2001:db8:1:2:ffff::9'));
  t.not(sourceOf('2001:db8:1:2::1'), sourceOf('2001:db8:1:3::1'));
  t.end();
});
