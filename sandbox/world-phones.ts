import {
  ApiError,
  type CallOutcome,
  type CallRequest,
  type NewPbx,
  type PbxBehaviour,
  type SimulatedPbx,
  type SipPort,
  type TestPhones,
} from '../admin/index.ts';
import { type CallHolds, NO_CALLS, type SendToPbx } from '../billing-hooks/index.ts';
import { findCall, type Store } from '../tenancy/index.ts';
import type { OutsideWorld } from './sip/outside.ts';
import type { SimulatedPbxAgent } from './sip/simulated-pbx.ts';
import { createPbx, pointCarrier, silentQueries } from './sip-lines.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { StartWorldSip, WorldSip } from './world-sip.ts';

/** Simulated PBXes that a world may have, and calls that they may have at a time. */
const MOST_PBXES = 10;
export const MOST_CALLS = 5;

export interface PhonesOptions {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly secretKey: Buffer;
  readonly startSip: StartWorldSip;
  readonly onFault: (error: unknown) => void;
}

interface Lines {
  readonly sip: WorldSip;
  readonly outside: OutsideWorld;
}

/** The telephones of a test world. Its SIP side is there from the first time on that somebody needs it. */
export class WorldPhones implements TestPhones {
  readonly queries: SipPort;
  readonly holds: CallHolds;
  readonly #options: PhonesOptions;
  readonly #pbxes = new Map<number, SimulatedPbxAgent>();
  #lines: Promise<Lines> | undefined;
  #running: Lines | undefined;
  #lastId = 0;
  #calls = 0;

  constructor(options: PhonesOptions) {
    this.#options = options;
    const silent = silentQueries(options.store);
    this.queries = {
      // What would become of a call is decided by the very code that decides it.
      request: async (name, args) => {
        const sip = name === 'explain' ? (await this.#open()).sip : this.#running?.sip;
        return (sip?.queries ?? silent).request(name, args);
      },
    };
    this.holds = { during: (purchase, work) => (this.#running?.sip.holds ?? NO_CALLS).during(purchase, work) };
  }

  /** How messages come to PBXes; `undefined` while there are none. */
  get line(): SendToPbx | undefined {
    return this.#running?.sip.sendToPbx;
  }

  get isInUse(): boolean {
    return this.#pbxes.size > 0 || this.#calls > 0;
  }

  async publish(): Promise<void> {
    await this.#running?.sip.publish();
  }

  list(): readonly SimulatedPbx[] {
    return [...this.#pbxes.values()].map(({ view }) => view);
  }

  change(id: number, behaviour: PbxBehaviour): SimulatedPbx {
    const pbx = this.#get(id);
    pbx.behave(behaviour);
    return pbx.view;
  }

  async open(request: NewPbx): Promise<SimulatedPbx> {
    if (this.#pbxes.size >= MOST_PBXES)
      throw new ApiError('sandbox_limit', `A test world has at most ${MOST_PBXES} simulated PBXes.`);
    this.#lastId += 1;
    const id = this.#lastId;
    const { sip } = await this.#open();
    const pbx = await createPbx(this.#options.store, request, id, sip.port);
    this.#pbxes.set(id, pbx);
    await pbx.open();
    if (pbx.isRegistered) await sip.stored(`put ${pbx.contact}`);
    return pbx.view;
  }

  async close(id?: number): Promise<void> {
    if (id !== undefined) {
      const pbx = this.#pbxes.get(id);
      this.#pbxes.delete(id);
      if (pbx === undefined) return;
      const { isRegistered, contact } = pbx;
      await pbx.close();
      if (isRegistered) await this.#running?.sip.stored(`remove ${contact}`);
      return;
    }
    await Promise.all([...this.#pbxes.keys()].map((each) => this.close(each)));
    const lines = await this.#lines?.catch(() => undefined);
    if (lines !== undefined) await this.#hangUp(lines);
  }

  /** Ends the SIP side and everybody on it; whoever needs it next finds a new one. */
  async #hangUp(lines: Lines): Promise<void> {
    if (this.#running !== lines) return;
    this.#running = undefined;
    this.#lines = undefined;
    const pbxes = [...this.#pbxes.values()];
    this.#pbxes.clear();
    await Promise.all(pbxes.map((pbx) => pbx.close()));
    await lines.outside.close();
    await lines.sip.stop();
  }

  async call(request: CallRequest): Promise<CallOutcome> {
    if (this.#calls >= MOST_CALLS)
      throw new ApiError('sandbox_limit', `A test world has at most ${MOST_CALLS} simulated calls at a time.`);
    this.#calls += 1;
    try {
      return await this.#place(request);
    } finally {
      this.#calls -= 1;
    }
  }

  async #place(request: CallRequest): Promise<CallOutcome> {
    const { sip, outside } = await this.#open();
    const before = this.#rung();
    const { pbxId } = request;
    const end = pbxId === undefined ? await outside.call(request, sip.port) : await this.#get(pbxId).call(request);
    const uuid = await sip.stored(`call ${end.callId}`);
    const call = uuid === undefined ? undefined : await findCall(this.#options.store, uuid);
    const rang = [...this.#rung()].filter(([id, count]) => count > (before.get(id) ?? 0)).map(([id]) => id);
    return { status: end.status, phrase: end.phrase, rang, call };
  }

  /** How often each rang. */
  #rung(): ReadonlyMap<number, number> {
    return new Map([...this.#pbxes].map(([id, pbx]) => [id, pbx.rungTimes]));
  }

  #get(id: number): SimulatedPbxAgent {
    const pbx = this.#pbxes.get(id);
    if (pbx === undefined) throw new ApiError('not_found', 'There is no such simulated PBX.');
    return pbx;
  }

  #open(): Promise<Lines> {
    this.#lines ??= this.#start().catch((error: unknown) => {
      this.#lines = undefined;
      throw error;
    });
    return this.#lines;
  }

  async #start(): Promise<Lines> {
    const { store, clock, secretKey, startSip } = this.#options;
    // Half of the code of SIP, which a server that runs no simulation never reads on this thread.
    const { OutsideWorld } = await import('./sip/outside.ts');
    const outside = await OutsideWorld.open();
    try {
      await pointCarrier(store, outside.port);
      // Whoever was registered when the server was killed is not there any more, whatever time it is here.
      await store.bulk((connection) => connection.exec('DELETE FROM bindings'));
      const sip = await startSip({ store, secretKey, carrier: outside.place, aheadMs: () => clock.aheadMs });
      const lines = { sip, outside };
      this.#running = lines;
      sip.died.then(() => this.#hangUp(lines)).catch(this.#options.onFault);
      return lines;
    } catch (error) {
      await outside.close();
      throw error;
    }
  }
}
