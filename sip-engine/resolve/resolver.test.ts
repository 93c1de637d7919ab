import t from 'tap';
import type { Target } from '../transport/types.ts';
import { createResolver, type Dns, type DnsAnswer, ResolveError } from './index.ts';
import type { ResolverDeps } from './types.ts';

/** A name service by table: `naptr example.com`, `srv _sip._udp.example.com`, `4 host`, `6 host`, `lookup host`. */
class FakeDns implements Dns {
  readonly asked: string[] = [];
  table: Record<string, readonly unknown[] | 'fails'>;
  held: (() => void)[] | undefined;
  ttlSec = 30;

  constructor(table: Record<string, readonly unknown[] | 'fails'>) {
    this.table = table;
  }

  naptr: Dns['naptr'] = (name, done) => this.#answer(`naptr ${name}`, done);
  srv: Dns['srv'] = (name, done) => this.#answer(`srv ${name}`, done);
  addresses: Dns['addresses'] = (name, family, done) => this.#answer(`${family} ${name}`, done);
  lookup: Dns['lookup'] = (name, done) => this.#answer(`lookup ${name}`, done);

  #answer<Record>(question: string, done: (answer: DnsAnswer<Record>) => void): void {
    this.asked.push(question);
    const found = this.table[question];
    const answer: DnsAnswer<Record> =
      found === 'fails'
        ? { kind: 'failed', reason: 'ESERVFAIL' }
        : found === undefined
          ? { kind: 'none' }
          : { kind: 'records', records: found as readonly Record[], ttlSec: this.ttlSec };
    if (this.held) this.held.push(() => done(answer));
    else done(answer);
  }
}

function setUp(table: Record<string, readonly unknown[] | 'fails'> = {}, more: Partial<ResolverDeps> = {}) {
  const dns = new FakeDns(table);
  const clock = { now: 1000 };
  let seed = 1;
  const resolver = createResolver({
    clock: { nowMs: () => clock.now, wallMs: () => clock.now, every: () => () => undefined },
    random: {
      hex: () => '',
      uuid: () => '',
      float: () => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed / 2_147_483_647;
      },
    },
    dns,
    ...more,
  });
  const resolve = (uri: string): string[] | ResolveError => {
    let got: readonly Target[] | ResolveError | undefined;
    resolver.resolve(uri, (result) => {
      got = result;
    });
    if (got === undefined) throw new Error('not answered at once');
    return got instanceof ResolveError
      ? got
      : got.map((target) => `${target.transport} ${target.address} ${target.port} ${target.serverName ?? '-'}`);
  };
  return { dns, clock, resolver, resolve };
}

const SRV = (priority: number, weight: number, port: number, name: string) => ({ priority, weight, port, name });
const NAPTR = (order: number, preference: number, service: string, replacement: string) => ({
  order,
  preference,
  service,
  flags: 's',
  replacement,
});

t.test('a literal address is answered at once and without DNS', (t) => {
  const { dns, resolve } = setUp();
  const cases: Record<string, string> = {
    'sip:10.0.0.1': 'udp 10.0.0.1 5060 -',
    'sip:bob@10.0.0.1:5070': 'udp 10.0.0.1 5070 -',
    'sip:10.0.0.1;transport=TCP': 'tcp 10.0.0.1 5060 -',
    'sip:10.0.0.1;transport=tls': 'tls 10.0.0.1 5061 -',
    'sip:10.0.0.1;transport=ws': 'ws 10.0.0.1 80 -',
    'sips:10.0.0.1': 'tls 10.0.0.1 5061 -',
    'sips:10.0.0.1;transport=tcp': 'tls 10.0.0.1 5061 -',
    'sips:10.0.0.1;transport=ws': 'wss 10.0.0.1 443 -',
    'sip:[2001:db8::1]:5071': 'udp 2001:db8::1 5071 -',
    'sip:example.com;maddr=10.0.0.9': 'udp 10.0.0.9 5060 -',
    'sip:example.com;maddr=[2001:db8::9]': 'udp 2001:db8::9 5060 -',
  };
  for (const [uri, target] of Object.entries(cases)) t.strictSame(resolve(uri), [target], uri);
  t.strictSame(dns.asked, []);
  t.end();
});

t.test('what leads nowhere is a typed error with the answer it deserves', (t) => {
  const { resolve } = setUp({ 'naptr broken.example': 'fails', '4 broken.example': 'fails' });
  const cases: Record<string, [string, number]> = {
    'tel:+31201234567': ['unsupported_scheme', 416],
    'http://example.com': ['unsupported_scheme', 416],
    'sip:': ['bad_uri', 400],
    'not a uri': ['bad_uri', 400],
    'sip:10.0.0.1;transport=sctp': ['no_transport', 503],
    'sips:10.0.0.1;transport=udp': ['no_transport', 503],
    'sip:nowhere.example': ['no_such_name', 503],
    'sip:broken.example': ['dns_failure', 503],
  };
  for (const [uri, [code, status]] of Object.entries(cases)) {
    const error = resolve(uri);
    t.ok(error instanceof ResolveError, uri);
    t.match(error, { code, status }, uri);
  }
  t.end();
});

t.test('NAPTR decides the transport, in its order, among those we have', (t) => {
  const table = {
    'naptr example.com': [
      NAPTR(50, 50, 'SIPS+D2T', '_sips._tcp.example.com'),
      NAPTR(100, 50, 'SIP+D2U', '_sip._udp.example.com'),
      NAPTR(90, 50, 'SIP+D2T', '_sip._tcp.example.com'),
      NAPTR(10, 50, 'SIP+D2S', '_sip._sctp.example.com'),
      NAPTR(10, 50, 'E2U+sip', 'ignored.example.com'),
    ],
    'srv _sip._udp.example.com': [SRV(0, 0, 5060, 'u.example.com')],
    'srv _sip._tcp.example.com': [SRV(0, 0, 5062, 'c.example.com')],
    'srv _sips._tcp.example.com': [SRV(0, 0, 5063, 's.example.com')],
    '4 u.example.com': ['192.0.2.1'],
    '4 c.example.com': ['192.0.2.2'],
    '4 s.example.com': ['192.0.2.3'],
  };
  t.strictSame(setUp(table).resolve('sip:example.com'), [
    'tls 192.0.2.3 5063 example.com',
    'tcp 192.0.2.2 5062 example.com',
    'udp 192.0.2.1 5060 example.com',
  ]);
  const plain = setUp(table, { supports: (transport) => transport === 'udp' });
  t.strictSame(plain.resolve('sip:example.com'), ['udp 192.0.2.1 5060 example.com']);
  t.strictSame(setUp(table).resolve('sips:example.com'), ['tls 192.0.2.3 5063 example.com'], 'sips takes TLS only');
  t.match(plain.resolve('sips:example.com'), { code: 'no_transport' });
  t.end();
});

t.test('without NAPTR the SRV records of each transport are asked for, then the bare name', (t) => {
  const { dns, resolve } = setUp({
    'srv _sip._tcp.example.com': [SRV(0, 0, 5070, 'c.example.com')],
    '4 c.example.com': ['192.0.2.2'],
    '6 c.example.com': ['2001:db8::2'],
    '4 plain.example': ['192.0.2.7'],
  });
  t.strictSame(resolve('sip:example.com'), ['tcp 192.0.2.2 5070 example.com', 'tcp 2001:db8::2 5070 example.com']);
  t.strictSame(resolve('sip:plain.example'), ['udp 192.0.2.7 5060 plain.example']);
  t.strictSame(resolve('sips:plain.example'), ['tls 192.0.2.7 5061 plain.example']);
  dns.asked.length = 0;
  t.strictSame(resolve('sip:plain.example:5099'), ['udp 192.0.2.7 5099 plain.example']);
  t.strictSame(resolve('sip:plain.example;transport=tcp'), ['tcp 192.0.2.7 5060 plain.example']);
  t.notOk(
    dns.asked.some((question) => question.startsWith('naptr')),
    'a port or a transport rules NAPTR out',
  );
  t.end();
});

t.test('SRV targets come by priority, and by weight within one', (t) => {
  const { resolve, clock } = setUp({
    'srv _sip._udp.example.com': [
      SRV(20, 0, 5060, '192.0.2.30'),
      SRV(10, 1, 5060, '192.0.2.11'),
      SRV(10, 9, 5060, '192.0.2.19'),
    ],
  });
  let heavyFirst = 0;
  for (let i = 0; i < 1000; i++) {
    const got = resolve('sip:example.com;transport=udp');
    if (got instanceof ResolveError) throw got;
    if (got.length !== 3 || got[2] !== 'udp 192.0.2.30 5060 example.com') t.fail('the backup is not last');
    if (got[0] === 'udp 192.0.2.19 5060 example.com') heavyFirst++;
    clock.now += 1;
  }
  t.ok(heavyFirst > 780 && heavyFirst < 940, `weight 9 of 10 is first about 9 times of 10 (${heavyFirst})`);
  t.end();
});

t.test('the SRV target "." says that there is no such service, and the bare name is not tried', (t) => {
  const { dns, resolve } = setUp({ 'srv _sip._tcp.example.com': [SRV(0, 0, 0, '')], '4 example.com': ['192.0.2.1'] });
  t.match(resolve('sip:example.com;transport=tcp'), { code: 'no_such_name' });
  t.notOk(dns.asked.includes('4 example.com'));
  t.end();
});

t.test('a single label, and what DNS does not know, is looked up as the system does', (t) => {
  const { dns, resolve } = setUp({ 'lookup uas': ['172.29.0.19'], 'lookup in.hosts': ['172.29.0.20'] });
  t.strictSame(resolve('sip:uas'), ['udp 172.29.0.19 5060 uas']);
  t.strictSame(dns.asked, ['lookup uas']);
  t.strictSame(resolve('sip:in.hosts'), ['udp 172.29.0.20 5060 in.hosts']);
  t.end();
});

t.test('answers are kept for their TTL, "none" for 5 s, failures for 1 s', (t) => {
  const { dns, clock, resolve } = setUp({ '4 a.example': ['192.0.2.1'], '4 f.example': 'fails' });
  const asked = (uri: string): number => {
    dns.asked.length = 0;
    resolve(uri);
    return dns.asked.length;
  };
  t.equal(asked('sip:a.example:5060'), 2, 'A and AAAA');
  clock.now += 4_900;
  t.equal(asked('sip:a.example:5060'), 0);
  clock.now += 200;
  t.equal(asked('sip:a.example:5060'), 1, 'only the missing AAAA is asked again');
  clock.now += 25_000;
  t.equal(asked('sip:a.example:5060'), 2, 'after 30 s the A record too');
  t.equal(asked('sip:f.example:5060'), 3);
  clock.now += 1_001;
  t.strictSame([asked('sip:f.example:5060'), dns.asked[0]], [1, '4 f.example']);
  t.end();
});

t.test('while name servers fail, the last good answer is used for up to an hour', (t) => {
  const { dns, clock, resolve } = setUp({ '4 a.example': ['192.0.2.1'] });
  resolve('sip:a.example:5060');
  dns.table = { '4 a.example': 'fails', '6 a.example': 'fails', 'lookup a.example': 'fails' };
  clock.now += 60_000;
  t.strictSame(resolve('sip:a.example:5060'), ['udp 192.0.2.1 5060 a.example']);
  clock.now += 3_700_000;
  t.match(resolve('sip:a.example:5060'), { code: 'dns_failure' });
  t.end();
});

t.test('a question asked by many at once is put once, and all get the answer', (t) => {
  const { dns, resolver } = setUp({ '4 a.example': ['192.0.2.1'] });
  dns.held = [];
  let answered = 0;
  for (let i = 0; i < 50; i++)
    resolver.resolve('sip:a.example:5060', (result) => !(result instanceof Error) && answered++);
  t.strictSame([dns.asked.length, answered], [2, 0]);
  const held = dns.held;
  dns.held = undefined;
  for (const release of held) release();
  t.equal(answered, 50);
  t.end();
});

t.test('the cache is bounded however many names are asked for', (t) => {
  const { resolver } = setUp();
  for (let i = 0; i < 20_000; i++) resolver.resolve(`sip:n${i}.example:5060`, () => undefined);
  t.ok(resolver.cached <= 3 * 4096 + 3, `${resolver.cached}`);
  t.end();
});

t.test('the real system resolves localhost through the hosts file', (t) => {
  const clock = { nowMs: () => 0, wallMs: () => 0, every: () => () => undefined };
  const resolver = createResolver({ clock, random: { hex: () => '', uuid: () => '', float: () => 0 } });
  resolver.resolve('sip:localhost:5080', (result) => {
    if (result instanceof Error) t.fail(result.message);
    else t.match(result[0], { transport: 'udp', address: /^(127\.0\.0\.1|::1)$/, port: 5080 });
    t.end();
  });
});
