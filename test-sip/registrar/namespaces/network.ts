import { execFileSync, spawn } from 'node:child_process';

export const PUBLIC_ADDRESS = '203.0.113.1';
export const NAT_ADDRESS = '203.0.113.2';
export const PBX_ADDRESS = '192.168.7.2';
const NAT_INSIDE = '192.168.7.1';

/** Options of unshare for a network of one's own; without root through a user namespace. */
export function ownNetwork(): readonly string[] {
  return process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
}

const RULES = ['add table ip nat', 'add chain ip nat out { type nat hook postrouting priority 100 ; }'];
const MASQUERADE = 'add rule ip nat out oifname "outer" masquerade random';

/** What the test needs of the kernel, tried for real. */
const TRIAL = [
  'ip link set lo up',
  'ip link add name outer type veth peer name inner',
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  ...[...RULES, MASQUERADE].map((rule) => `nft '${rule}'`),
  'nsenter -t $$ -n true',
].join(' && ');

/** Why this machine cannot run the test, in one line; `undefined` when it can. */
export function obstacle(): string | undefined {
  try {
    execFileSync('unshare', [...ownNetwork(), 'sh', '-c', TRIAL], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : '';
    return `network namespaces with nftables are not allowed here: ${said || String(error).split('\n')[0]}`;
  }
}

export interface Network {
  /** The command that runs another inside the PBX's network. */
  readonly atPbx: readonly string[];
  /** The NAT forgets its mappings, as after a power cut. */
  forget(): void;
  close(): void;
}

/** This process is the public network; behind a masquerading router is another, the PBX's. */
export async function buildNetwork(): Promise<Network> {
  const [router, pbx] = [await hold(), await hold()];
  const sh = (command: string) => execFileSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const at = (pid: number, command: string) => sh(`nsenter -t ${pid} -n sh -c '${command.replaceAll("'", `'\\''`)}'`);
  sh('ip link set lo up');
  sh(`ip link add name public type veth peer name outer netns ${router.pid}`);
  sh(`ip addr add ${PUBLIC_ADDRESS}/24 dev public && ip link set public up`);
  at(router.pid, `ip link add name inner type veth peer name pbx netns ${pbx.pid}`);
  at(router.pid, `ip addr add ${NAT_ADDRESS}/24 dev outer && ip link set outer up`);
  at(router.pid, `ip addr add ${NAT_INSIDE}/24 dev inner && ip link set inner up`);
  at(router.pid, 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  for (const rule of [...RULES, MASQUERADE]) at(router.pid, `nft '${rule}'`);
  at(pbx.pid, `ip link set lo up && ip addr add ${PBX_ADDRESS}/24 dev pbx && ip link set pbx up`);
  at(pbx.pid, `ip route add default via ${NAT_INSIDE}`);
  return {
    atPbx: ['nsenter', '-t', String(pbx.pid), '-n'],
    // An address that goes takes the mappings that masquerade made for it.
    forget: () =>
      at(router.pid, `ip link set outer down && ip link set outer up && ip addr replace ${NAT_ADDRESS}/24 dev outer`),
    close() {
      router.release();
      pbx.release();
    },
  };
}

/** A network namespace, held by a process that waits. */
async function hold(): Promise<{ readonly pid: number; release(): void }> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; read _'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { pid: child.pid ?? 0, release: () => void child.stdin.end() };
}
