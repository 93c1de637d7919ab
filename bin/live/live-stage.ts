import type { ObservedPlace } from '../../routing/index.ts';
import type { Row } from '../channel/api.ts';
import { type Channel, call, listAll } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import type { Peer } from '../demo/endpoint.ts';
import type { CredentialBook } from './credentials.ts';
import { type Decide, type HeardInvite, LiveEndpoint, type LiveIdentity } from './live-endpoint.ts';

/** Of a trunk, as the API shows it. */
export type LiveTrunk = Row<'GET /portal/sip-trunks'>;

type Carrier = Row<'GET /carriers'>;

export interface StageOptions {
  readonly server: Peer;
  /** Where PBXes register from. */
  readonly local: string;
  readonly credentials: CredentialBook;
  /** Of calls whose caller has no trunk. */
  readonly platformRealm: string;
  /** Takes the calls of PBXes that are registered. @default false */
  readonly force: boolean;
}

/** Where a call came to, and as what. */
export interface HeardPlace extends HeardInvite {
  /** `trunk:UUID`, or `host:port` of what is called at an address. */
  readonly key: string;
}

const REGISTER_SEC = 300;

/** The far ends of a live run: a PBX of each trunk whose password is known, and whatever is called at an address. */
export class LiveStage {
  readonly trunks: ReadonlyMap<string, LiveTrunk>;
  readonly #carriers: readonly Carrier[];
  /** Names by id. */
  readonly #accounts: ReadonlyMap<number, string>;
  readonly #options: StageOptions;
  readonly #ends = new Map<string, LiveEndpoint>();
  readonly #faults = new Map<string, string>();
  readonly #registered = new Set<string>();
  readonly #refused = new Set<string>();
  /** Trunks with a PBX of their own. */
  readonly #taken = new Set<string>();
  readonly #channel: Channel;
  /** What the callees answer; set anew for each case. */
  decide: (place: HeardPlace) => number = () => 480;

  private constructor(
    channel: Channel,
    trunks: readonly LiveTrunk[],
    carriers: readonly Carrier[],
    accounts: ReadonlyMap<number, string>,
    options: StageOptions,
  ) {
    this.#channel = channel;
    this.#accounts = accounts;
    this.trunks = new Map(trunks.map((trunk) => [trunk.uuid, trunk]));
    this.#carriers = carriers;
    this.#options = options;
  }

  static async open(channel: Channel, options: StageOptions): Promise<LiveStage> {
    const trunks = await listAll<LiveTrunk>(channel, '/portal/sip-trunks');
    const phones = await listAll<LiveTrunk>(channel, '/extensions');
    const accounts = await listAll<{ readonly id: number; readonly name: string }>(channel, '/accounts');
    const names = new Map(accounts.map(({ id, name }) => [id, name]));
    const carriers = await listAll<Carrier>(channel, '/carriers');
    return new LiveStage(channel, [...trunks, ...phones], carriers, names, options);
  }

  get platformRealm(): string {
    return this.#options.platformRealm;
  }

  /** By uuid, name, `account/name` or `user@realm`; simulated, it was found to be one. */
  named(text: string): LiveTrunk | undefined {
    const account = text.includes('/') ? text.slice(0, text.indexOf('/')) : undefined;
    return [...this.trunks.values()].find(
      (trunk) =>
        text === trunk.uuid ||
        text === `${trunk.username}@${trunk.realm}` ||
        text === (account === undefined ? trunk.name : `${this.#accounts.get(trunk.account_id)}/${trunk.name}`),
    );
  }

  /** An endpoint that the server has never seen. */
  async fresh(): Promise<LiveEndpoint> {
    const end = await LiveEndpoint.open(this.#options.local, 0, this.#options.server, () => 480);
    this.#ends.set(`fresh:${this.#ends.size}`, end);
    return end;
  }

  /** The endpoint that plays a trunk's PBX. */
  async pbx(uuid: string): Promise<LiveEndpoint> {
    const key = `trunk:${uuid}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = await LiveEndpoint.open(this.#options.local, 0, this.#options.server, this.#decideFor(key));
    this.#ends.set(key, end);
    return end;
  }

  /** A caller that is nobody's PBX, at that address. @throws CliError when it is not of this machine */
  async callerAt(address: string): Promise<LiveEndpoint> {
    const key = `caller:${address}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = await LiveEndpoint.open(address, 0, this.#options.server, () => 480).catch((error: unknown) => {
      throw new CliError(`${address} is no address of this machine (${codeOf(error)})`);
    });
    this.#ends.set(key, end);
    return end;
  }

  identityOf(trunk: Pick<LiveTrunk, 'username' | 'realm'>): LiveIdentity | undefined {
    return this.#options.credentials.get(`${trunk.username}@${trunk.realm}`);
  }

  /** Registers every PBX whose password is known, but for those that must be offline and those that really are there. */
  async register(isOffline: (uuid: string) => boolean): Promise<void> {
    for (const trunk of this.trunks.values()) {
      const identity = this.identityOf(trunk);
      const wanted = !isOffline(trunk.uuid) && trunk.auth_type !== 'ip' && !this.#refused.has(trunk.uuid);
      if (identity === undefined || wanted === this.#registered.has(trunk.uuid)) continue;
      if (wanted && (await this.#isTaken(trunk))) continue;
      const { status } = await (await this.pbx(trunk.uuid)).register(identity, wanted ? REGISTER_SEC : 0);
      if (wanted && status === 200) this.#registered.add(trunk.uuid);
      else this.#registered.delete(trunk.uuid);
      // A suspended one, say: it would be refused every time.
      if (wanted && status !== 200) this.#refused.add(trunk.uuid);
    }
  }

  /** Why a call there would not reach us; `undefined` when it will. */
  async whyNotOurs({ kind, name, uuid, targets }: ObservedPlace): Promise<string | undefined> {
    for (const target of targets) {
      if (kind === 'trunk' && target.endsWith('@pbx.invalid')) {
        if (uuid !== null && this.#taken.has(uuid))
          return `trunk ${name} has a PBX of its own; --force takes its calls meanwhile`;
        if (uuid === null || !this.#registered.has(uuid)) return `the password of trunk ${name} is not known`;
        continue;
      }
      const fault = await this.#listenAt(this.#addressOf(kind, name, target), target);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Why trunks cannot be offline: their PBX is there, and would ring. */
  whyNotOffline(isOffline: (uuid: string) => boolean): string | undefined {
    for (const { uuid, name, registration } of this.trunks.values()) {
      const isThere = this.#taken.has(uuid) || registration.contacts.length > 0;
      if (isThere && isOffline(uuid)) return `trunk ${name} has a PBX of its own and is not offline`;
    }
    return undefined;
  }

  /** Which of the places of a case it was that rang. */
  placeOf(key: string, places: readonly ObservedPlace[]): ObservedPlace | undefined {
    return places.find(
      ({ kind, name, uuid, targets }) =>
        key === `trunk:${uuid}` || targets.some((target) => this.#addressOf(kind, name, target) === key),
    );
  }

  /** Takes the registrations back and closes all sockets. */
  async close(): Promise<void> {
    await this.register(() => true).catch(() => undefined);
    for (const end of this.#ends.values()) end.close();
  }

  /** Calls go to the newest registration: ours would take those of whoever is registered now. */
  async #isTaken({ uuid, kind }: LiveTrunk): Promise<boolean> {
    if (this.#options.force) return false;
    const list = kind === 'extension' ? '/extensions' : '/portal/sip-trunks';
    const { data } = (await call(this.#channel, 'GET', `${list}/${uuid}`)) as { readonly data: LiveTrunk };
    const isTaken = data.registration.contacts.length > 0;
    if (isTaken) this.#taken.add(uuid);
    else this.#taken.delete(uuid);
    return isTaken;
  }

  /** `host:port` of a gateway, an IP trunk or a URI, `undefined` where it is none that can be listened at. */
  #addressOf(kind: ObservedPlace['kind'], name: string, target: string): string | undefined {
    const text = kind === 'carrier' ? target.slice(name.length + 1) : target;
    const found = /^(?:sip:(?:[^@]*@)?)?(\[[^\]]+\]|[^:;@]+)(?::(\d+))?(?:;transport=(\w+))?$/i.exec(text);
    const [, host = '', port = '5060', transport = 'udp'] = found ?? [];
    const gateway = this.#carriers
      .find((carrier) => kind === 'carrier' && carrier.name === name)
      ?.gateways.find((one) => one.host === host && String(one.port) === port);
    const isUdp = (gateway?.transport ?? transport).toLowerCase() === 'udp';
    return found !== null && isUdp ? `${host}:${port}` : undefined;
  }

  async #listenAt(address: string | undefined, target: string): Promise<string | undefined> {
    if (address === undefined) return `${target} is not called over UDP`;
    if (this.#ends.has(address)) return undefined;
    const known = this.#faults.get(address);
    if (known !== undefined) return known;
    const at = address.lastIndexOf(':');
    const host = address.slice(0, at).replace(/^\[|\]$/g, '');
    try {
      const port = Number(address.slice(at + 1));
      this.#ends.set(address, await LiveEndpoint.open(host, port, this.#options.server, this.#decideFor(address)));
      return undefined;
    } catch (error) {
      const fault = `a call to ${target} would leave this machine (${codeOf(error)})`;
      this.#faults.set(address, fault);
      return fault;
    }
  }

  #decideFor(key: string): Decide {
    return (invite) => this.decide({ ...invite, key });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
