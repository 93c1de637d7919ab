/** What is about to be taken out of a wallet. */
export interface Purchase {
  readonly accountId: number;
  readonly amountMicros: number;
  readonly currency: string;
}

/** Live calls and purchases share one wallet: neither takes what the other holds. */
export interface CallHolds {
  /**
   * Runs the purchase while its price is set aside from calls. `heldMicros` is what calls hold: so much has to stay in
   * the wallet.
   */
  during<T>(purchase: Purchase, work: (heldMicros: number) => Promise<T>): Promise<T>;
  /** What calls hold of a wallet now, in micro-units. @default nothing */
  heldBy?(accountId: number, currency: string): Promise<number>;
}

/** Where no calls can be: in commands that open the database by themselves. */
export const NO_CALLS: CallHolds = { during: (_purchase, work) => work(0) };

/** The same for several wallets at once. @param work is told what calls hold of each of them */
export function duringAll<T>(
  holds: CallHolds,
  [first, ...others]: readonly Purchase[],
  work: (heldMicros: (accountId: number) => number) => Promise<T>,
): Promise<T> {
  if (first === undefined) return work(() => 0);
  return holds.during(first, (held) =>
    duringAll(holds, others, (heldOf) =>
      work((accountId) => (accountId === first.accountId ? held : heldOf(accountId))),
    ),
  );
}

/** A part of a wallet that calls may not use while something else is bought. */
export interface SetAside extends Purchase {
  readonly reference: number;
}

export interface SipFunds {
  /** Whether calls of that account are paid from a wallet at all. */
  paysForCalls(accountId: number): boolean;
  /** Resolves when SIP knows every wallet as it is stored now. */
  publish(): Promise<void>;
  /** @returns what calls hold of that wallet */
  setAside(part: SetAside): Promise<number>;
  letGo(reference: number): Promise<void>;
}

/** Asks the SIP thread, which alone knows what calls hold. */
export class SharedWallets implements CallHolds {
  readonly #sip: SipFunds;
  #lastReference = 0;

  constructor(sip: SipFunds) {
    this.#sip = sip;
  }

  async heldBy(accountId: number, currency: string): Promise<number> {
    if (!this.#sip.paysForCalls(accountId)) return 0;
    this.#lastReference += 1;
    const reference = this.#lastReference;
    const heldMicros = await this.#sip.setAside({ accountId, currency, amountMicros: 0, reference });
    await this.#sip.letGo(reference);
    return heldMicros;
  }

  async during<T>(purchase: Purchase, work: (heldMicros: number) => Promise<T>): Promise<T> {
    if (purchase.amountMicros <= 0 || !this.#sip.paysForCalls(purchase.accountId)) return work(0);
    this.#lastReference += 1;
    const reference = this.#lastReference;
    // Calls that are charged already are no longer held once SIP knows.
    await this.#sip.publish();
    try {
      return await work(await this.#sip.setAside({ ...purchase, reference }));
    } finally {
      // In this order: at no moment does a call see the wallet as it was before.
      await this.#sip.publish();
      await this.#sip.letGo(reference);
    }
  }
}
