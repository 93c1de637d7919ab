import t from 'tap';
import { obstacle, ownNetwork } from './namespaces/network.ts';

const reason = obstacle();
const inside = new URL('namespaces/inside.ts', import.meta.url).pathname;

if (reason === undefined) {
  const args = [...ownNetwork(), process.execPath, inside];
  t.spawn('unshare', args, {}, 'behind nftables: called, re-INVITE and BYE both ways, before and after a new mapping');
} else {
  t.test('behind nftables', { skip: reason }, () => undefined);
}
