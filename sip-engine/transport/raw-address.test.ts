import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import { type Libc, loadLibc } from './libc.ts';
import { MessageBlock } from './message-block.ts';
import { RawAddresses } from './raw-address.ts';

const libc = await loadLibc();
const options = libc === undefined ? { skip: 'no such library on this system' } : {};

function start(here: Libc | undefined, fakes: Partial<Libc> = {}) {
  if (here === undefined) throw new Error('skipped then');
  const all = { ...here, ...fakes };
  return {
    block: new MessageBlock(all, 2, 64),
    ipv4: new RawAddresses(all, false),
    ipv6: new RawAddresses(all, true),
  };
}

t.test('every address and port is read as it was written, IPv4 and IPv6', options, async () => {
  const { block, ipv4, ipv6 } = start(libc);
  const at = block.nameAt(1);
  const address = fc.oneof(
    fc.ipV4(),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ipaddr.fromByteArray([...bytes]).toString()),
  );
  const isSame = (text: string, port: number): boolean => {
    const addresses = isIPv4(text) ? ipv4 : ipv6;
    const bytes = addresses.write(block.bytes, at, text, port);
    const isRead = addresses.port(block, at) === port && ipaddr.parse(addresses.text(block, at)).toString() === text;
    return isRead && bytes === (isIPv4(text) ? 16 : 28);
  };
  // More addresses than are kept, so that some take the place of others.
  fc.assert(fc.property(address, fc.integer({ min: 1, max: 65_535 }), isSame), { numRuns: 10_000 });
});

t.test('addresses that want the same place are told apart', options, async (t) => {
  const { block, ipv4 } = start(libc);
  const at = block.nameAt(0);
  const wrong: string[] = [];
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 40_000; number++) {
      const text = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
      ipv4.write(block.bytes, at, text, 5060);
      if (ipv4.text(block, at) !== text) wrong.push(text);
    }
  }
  t.same(wrong, []);
});

t.test('a link-local address has its interface, and is left to dgram when it is to be written', options, async (t) => {
  const { block, ipv6 } = start(libc, { if_indextoname: (index) => (index === 7 ? 'eth7' : null) });
  const at = block.nameAt(0);
  ipv6.write(block.bytes, at, 'fe80::1', 5060);
  t.equal(ipv6.text(block, at), 'fe80::1');
  block.bytes.writeUInt32LE(7, at + 24);
  t.equal(ipv6.text(block, at), 'fe80::1%eth7');
  block.bytes.writeUInt32LE(8, at + 24);
  t.equal(ipv6.text(block, at), 'fe80::1%8');
  t.equal(ipv6.write(block.bytes, at, 'fe80::1%eth7', 5060), 0);
});

t.test('what is no address of the socket’s kind is not written', options, async (t) => {
  const { block, ipv4, ipv6 } = start(libc);
  for (const text of ['::1', 'localhost', '', '1.2.3', '1.2.3.4.5', '1.2.3.4 ']) {
    t.equal(ipv4.write(block.bytes, block.nameAt(0), text, 5060), 0, text);
  }
  for (const text of ['127.0.0.1', 'localhost', '', '::g']) {
    t.equal(ipv6.write(block.bytes, block.nameAt(0), text, 5060), 0, text);
  }
});

t.test('no datagram is given memory outside its block', options, async (t) => {
  const { block } = start(libc);
  t.throws(() => block.setData(0, block.dataAt - 1, 10), RangeError);
  t.throws(() => block.setData(0, block.dataAt, 65), RangeError);
  t.doesNotThrow(() => block.setData(0, block.dataAt, 64));
});
