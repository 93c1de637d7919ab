/** What a payment provider told, whichever it is. */
export interface PaymentEvent {
  /** Its name for the payment. */
  readonly providerRef: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly amountMicros: number;
  readonly currency: string;
}

/** What came of taking money from a customer who is not there. */
export type ChargeAnswer =
  | { readonly status: 'succeeded'; readonly providerRef: string; readonly amountMicros: number }
  /** A notice will tell. */
  | { readonly status: 'pending'; readonly providerRef: string }
  | { readonly status: 'failed'; readonly reason: string };

/** Where money comes from. */
export interface PaymentProvider {
  readonly name: string;
  /** Begins a payment; `url` is where a person pays. */
  create(payment: {
    readonly accountId: number;
    readonly amountMicros: number;
    readonly currency: string;
  }): Promise<{ readonly providerRef: string; readonly url: string | null }>;
  /**
   * Takes money from what the customer has left with the provider, with nobody at the screen; the same reference acts
   * once. A provider that cannot leaves it out. @throws when nobody knows what came of it
   */
  charge?(payment: {
    readonly reference: string;
    readonly accountId: number;
    readonly amountMicros: number;
    readonly currency: string;
  }): Promise<ChargeAnswer>;
  /**
   * Reads a notice of the provider; events that are of no interest are `undefined`.
   * @throws PaymentRefused when it was not signed by the provider, or long ago
   */
  readNotice(body: string, signature: string): PaymentEvent | undefined;
}

/** A notice that did not come from the provider, or not now. */
export class PaymentRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PaymentRefused';
  }
}
