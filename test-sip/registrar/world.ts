import type { SipMessage } from '../../sip-engine/index.ts';
import { configFile } from '../support/config-file.ts';
import { type Product, startProduct } from '../support/product.ts';
import type { Test } from '../support/temp-dir.ts';
import { type Identity, UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

export interface Trunk extends Identity {
  readonly uuid: string;
}

export interface ShownContact {
  readonly contact: string;
  readonly source: string;
  readonly transport: string;
  readonly rtt_ms: number | null;
}

export interface ShownRegistration {
  readonly state: string;
  readonly reason: string | null;
  readonly contacts: readonly ShownContact[];
}

/** The product with what tests of registration ask of it. */
export interface World {
  readonly product: Product;
  /** A PBX over UDP with the credentials of that trunk. */
  pbx(trunk: Identity, localAddress?: string): Promise<UserAgent>;
  /** A new trunk of the first tenant. */
  trunk(name: string, settings?: object): Promise<Trunk>;
  patch(trunk: Trunk, settings: object): Promise<void>;
  registration(trunk: Trunk): Promise<ShownRegistration>;
  /** Waits until the first registration of each of these trunks is on disk, where kill -9 cannot reach it. */
  stored(...trunks: readonly { readonly uuid: string }[]): Promise<void>;
  /** How often REGISTERs ended for that reason. */
  counted(reason: string): Promise<number>;
  /** Sends, and says with which status and for which true reason it was answered. */
  reasonOf(reason: string, send: () => Promise<SipMessage>): Promise<Judged>;
}

export interface Judged {
  readonly answer: SipMessage;
  readonly status: number;
  /** How often the reason was counted meanwhile. */
  readonly times: number;
}

const RESULTS = ['ok', 'client_error', 'server_error', 'upstream_error', 'indeterminate'];

/** Starts the product with these settings (YAML) for one test. */
export async function startWorld(t: Test, settings = '', env: Readonly<Record<string, string>> = {}): Promise<World> {
  const product = await startProduct(t, { ...(settings === '' ? {} : configFile(t, settings)), ...env });
  const account = product.demo.accounts[0]?.id;
  const counted = async (reason: string) => {
    const values = await Promise.all(
      RESULTS.map((result) => product.metric(`didfarm_register_total{result="${result}",reason="${reason}"}`)),
    );
    return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  };
  return {
    product,
    pbx(trunk, localAddress = '127.0.0.1') {
      const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
      return UserAgent.open(t, { ...server, localAddress }, trunk);
    },
    async trunk(name, trunkSettings = {}) {
      const { status, body } = await product.api('POST', '/portal/sip-trunks', {
        name,
        account_id: account,
        ...trunkSettings,
      });
      if (status !== 201) throw new Error(`no trunk: ${status} ${JSON.stringify(body)}`);
      return (body as { data: Trunk }).data;
    },
    async patch(trunk, trunkSettings) {
      const { status, body } = await product.api('PATCH', `/portal/sip-trunks/${trunk.uuid}`, trunkSettings);
      if (status !== 200) throw new Error(`not changed: ${status} ${JSON.stringify(body)}`);
    },
    async registration(trunk) {
      const { body } = await product.api('GET', `/portal/sip-trunks/${trunk.uuid}`);
      return (body as { data: { registration: ShownRegistration } }).data.registration;
    },
    async stored(...trunks) {
      // The transaction that stores the binding makes a new trunk active (features.md A7).
      const isActive = async ({ uuid }: { readonly uuid: string }) => {
        const { body } = await product.api('GET', `/portal/sip-trunks/${uuid}`);
        return (body as { data: { status: string } }).data.status === 'active';
      };
      await until('all are stored', async () => (await Promise.all(trunks.map(isActive))).every(Boolean));
    },
    counted,
    async reasonOf(reason, send) {
      const before = await counted(reason);
      const answer = await send();
      return { answer, status: answer.status, times: (await counted(reason)) - before };
    },
  };
}
