import { freePort } from './ports.ts';
import type { DemoTrunk, Product } from './product.ts';
import { runSipp, type Sipp, type SippResult, startSipp } from './sipp.ts';
import type { Test } from './temp-dir.ts';

/** A PBX played by SIPp at one address: it registers from there and is called there. */
export class Pbx {
  readonly #product: Product;
  readonly #trunk: DemoTrunk;
  readonly #transport: 'u1' | 't1';
  readonly localPort: number;

  constructor(product: Product, trunk: DemoTrunk, localPort: number, transport: 'u1' | 't1' = 'u1') {
    this.#product = product;
    this.#trunk = trunk;
    this.localPort = localPort;
    this.#transport = transport;
  }

  static async at(product: Product, trunk: DemoTrunk, transport: 'u1' | 't1' = 'u1'): Promise<Pbx> {
    return new Pbx(product, trunk, await freePort(), transport);
  }

  /** The Contact that `register` sends, as a regular expression for the Request-URI of calls. */
  get contactPattern(): string {
    return `sip:${this.#trunk.username}@127\\.0\\.0\\.1:${this.localPort};rinstance=a1b2c3d4`;
  }

  register(t: Test, expiresSec = 300): Promise<SippResult> {
    return this.#send(t, 'pbx-register', {}, {}, expiresSec);
  }

  /** With credentials changed; expects that status after the challenge. */
  registerExpecting(t: Test, status: number, changed: Partial<DemoTrunk>): Promise<SippResult> {
    return this.#send(t, 'pbx-register-expect-refused-after-challenge', changed, { status: String(status) });
  }

  /** Expects that status at once. */
  registerRefusedAtOnce(t: Test, status: number, changed: Partial<DemoTrunk>): Promise<SippResult> {
    return this.#send(t, 'pbx-register-expect-refused', changed, { status: String(status) });
  }

  /** Waits for calls with a scenario of its own. */
  waits(t: Test, scenario: string, fill: Readonly<Record<string, string>> = {}, calls = 1): Promise<Sipp> {
    const options = { localAddress: '127.0.0.1', localPort: this.localPort, transport: this.#transport };
    return startSipp(t, { ...options, scenario, fill, calls });
  }

  /** Calls a number through its trunk. */
  calls(
    t: Test,
    scenario: string,
    number: string,
    caller: string,
    fill: Readonly<Record<string, string>>,
    headers: readonly string[] = [],
  ): Promise<SippResult> {
    const keys = { ...this.#keys({}, 300), caller };
    return runSipp(t, { ...this.#base({}), scenario, fill, headers, service: number, keys });
  }

  #send(
    t: Test,
    scenario: string,
    changed: Partial<DemoTrunk>,
    fill: Readonly<Record<string, string>>,
    expiresSec = 300,
  ) {
    return runSipp(t, { ...this.#base(changed), scenario, fill, keys: this.#keys(changed, expiresSec) });
  }

  #base(changed: Partial<DemoTrunk>) {
    const trunk = { ...this.#trunk, ...changed };
    return {
      remote: `127.0.0.1:${this.#product.sipPort}`,
      localAddress: '127.0.0.1',
      localPort: this.localPort,
      transport: this.#transport,
      username: trunk.username,
      password: trunk.password,
    };
  }

  #keys(changed: Partial<DemoTrunk>, expiresSec: number): Record<string, string> {
    const trunk = { ...this.#trunk, ...changed };
    return { user: trunk.username, realm: trunk.realm, secret: trunk.password, expires: String(expiresSec) };
  }
}

/** The demo world's carrier: calls from 127.0.0.2. */
export async function carrierCalls(
  t: Test,
  product: Product,
  scenario: string,
  did: string,
  fill: Readonly<Record<string, string>> = {},
  localAddress = '127.0.0.2',
): Promise<SippResult> {
  const localPort = await freePort(localAddress);
  const remote = `127.0.0.1:${product.sipPort}`;
  return runSipp(t, {
    scenario,
    fill,
    remote,
    localAddress,
    localPort,
    service: did,
    keys: { caller: '+4915112345678' },
  });
}
