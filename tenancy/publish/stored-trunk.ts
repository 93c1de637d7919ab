import type { Ha1Set, RoutingPolicy, TrunkColumn, TrunkRecord } from '../../bus/index.ts';
import { openHa1, type SecretBox } from '../secrets/index.ts';
import type { CredentialSlab } from './credential-slab.ts';

/** One cell of the rows that a trunk is made from. */
export type Cell = <T>(column: TrunkColumn) => T;

const NONE: Ha1Set = Object.freeze({});
const NO_SOURCES: readonly string[] = Object.freeze([]);

/**
 * A trunk as the database wrote it. Its credentials are opened by the first request that needs them: opening a hundred
 * thousand would be most of a start.
 */
export class StoredTrunk implements TrunkRecord {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly name: string;
  readonly kind: TrunkRecord['kind'];
  readonly authType: TrunkRecord['authType'];
  readonly realm: string;
  readonly username: string;
  readonly status: TrunkRecord['status'];
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly maxDialer: number | null;
  readonly maxContacts: number;
  readonly contactPolicy: TrunkRecord['contactPolicy'];
  readonly ruriMode: TrunkRecord['ruriMode'];
  readonly profile: string | null;
  readonly allowNoQop: boolean;
  readonly sources: readonly string[];
  readonly ipTarget: string | null;
  readonly country: string | null;
  readonly routing?: RoutingPolicy;
  readonly #secrets: SecretBox;
  readonly #slab: CredentialSlab;
  /** Where its credentials stand there, and how long they are sealed; 0 for none. */
  readonly #slabAt: number;
  readonly #sealedBytes: number;
  /** In hexadecimal as read, then open. */
  #previousHa1: string | TrunkRecord['previousHa1'];
  readonly #previousUntilMs: number | null;
  /** Tells one sealing of credentials from another, also when they have been opened. */
  readonly #mark: number;

  /** What `before` has the same of is kept as it is there: memory that is old already costs no collection. */
  constructor(
    cell: Cell,
    routing: RoutingPolicy | undefined,
    secrets: SecretBox,
    slab: CredentialSlab,
    before?: TrunkRecord,
  ) {
    this.id = cell('id');
    this.uuid = kept(before?.uuid, cell('uuid'));
    this.accountId = cell('accountId');
    this.name = kept(before?.name, cell('name'));
    this.kind = cell('kind');
    this.authType = cell('authType');
    this.realm = cell('realm');
    this.username = kept(before?.username, cell('username'));
    this.status = cell('status');
    this.maxIn = cell('maxIn');
    this.maxOut = cell('maxOut');
    this.maxDialer = cell('maxDialer');
    this.maxContacts = cell('maxContacts');
    this.contactPolicy = cell('contactPolicy');
    this.ruriMode = cell('ruriMode');
    this.profile = cell('profile');
    this.allowNoQop = cell<number>('allowNoQop') === 1;
    const sources = cell<string>('sources');
    this.sources = sources === '[]' ? NO_SOURCES : (JSON.parse(sources) as string[]);
    this.ipTarget = cell('ipTarget');
    this.country = cell('country');
    if (routing !== undefined) this.routing = routing;
    this.#secrets = secrets;
    const sealed = cell<string>('ha1Sealed');
    const at = slab.put(sealed);
    this.#mark = sealed === '' ? -1 : slab.markAt(at);
    const isSealedAsBefore = before instanceof StoredTrunk && before.#mark === this.#mark;
    this.#slab = isSealedAsBefore ? before.#slab : slab;
    this.#slabAt = isSealedAsBefore ? before.#slabAt : at;
    this.#sealedBytes = sealed.length / 2;
    this.#previousUntilMs = cell('previousHa1UntilMs');
    this.#previousHa1 = this.#previousUntilMs === null ? null : cell('previousHa1Sealed');
  }

  get ha1(): Ha1Set {
    return this.#sealedBytes === 0 ? NONE : this.#slab.read(this.#slabAt, this.#sealedBytes, this.uuid);
  }

  get previousHa1(): TrunkRecord['previousHa1'] {
    if (typeof this.#previousHa1 === 'string') {
      const ha1 = this.#open(this.#previousHa1);
      this.#previousHa1 = ha1 === undefined ? null : { ha1, untilMs: this.#previousUntilMs ?? 0 };
    }
    return this.#previousHa1;
  }

  #open(sealed: string): Ha1Set | undefined {
    return sealed === '' ? undefined : openHa1(this.#secrets, Buffer.from(sealed, 'hex'), this.uuid);
  }
}

/** The text that is there already, if it says the same. */
export function kept(before: string | undefined, now: string): string {
  return before === now ? before : now;
}
