import t from 'tap';
import { createCertificateGapLog } from './certificate-gaps.ts';

/** Told of changes, with these domains certified; `lines` is what it has said so far. */
function testbed(certified: ReadonlySet<string>) {
  const lines: object[] = [];
  const hear = createCertificateGapLog({
    logger: { warn: (fields: object) => void lines.push(fields) },
    hasCertificate: (domain) => certified.has(domain),
  });
  const realmOf = (realm: string, accountId: number | null) => ({ realm, accountId, algorithms: ['MD5'] as const });
  const add = (...realms: readonly string[]) => hear({ upserts: realms.map((one) => realmOf(one, 7)), deletes: [] });
  const addPlatform = (realm: string) => hear({ upserts: [realmOf(realm, null)], deletes: [] });
  const remove = (realm: string) => hear({ upserts: [], deletes: [realm] });
  return { lines, add, addPlatform, remove };
}

t.test('a domain without a certificate is said once, with those that came with it', (t) => {
  const { lines, add } = testbed(new Set(['clinic.example']));
  add('bistro.example', 'clinic.example', 'garage.example');
  add('bistro.example');
  t.same(lines, [{ domains: ['bistro.example', 'garage.example'], count: 2 }]);
  add('hotel.example', 'bistro.example');
  t.same(lines.slice(1), [{ domains: ['hotel.example'], count: 1 }]);
  t.end();
});

t.test('a domain that goes and comes again is said again', (t) => {
  const { lines, add, remove } = testbed(new Set());
  add('bistro.example');
  remove('bistro.example');
  add('bistro.example');
  t.equal(lines.length, 2);
  t.end();
});

t.test('of the platform realm nothing is said: the default certificate is its own', (t) => {
  const { lines, addPlatform } = testbed(new Set());
  addPlatform('sip.platform.example');
  t.same(lines, []);
  t.end();
});

t.test('a line names fifty domains at most and counts all of them', (t) => {
  const { lines, add } = testbed(new Set());
  add(...Array.from({ length: 60 }, (_, i) => `d${i}.example`));
  t.match(lines, [{ count: 60 }]);
  t.equal((lines[0] as { domains: readonly string[] }).domains.length, 50);
  t.end();
});
