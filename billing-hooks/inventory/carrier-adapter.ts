import type { NumberType } from '../../tenancy/index.ts';

export interface InventoryQuery {
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly type?: NumberType;
  /** Compared without regard to case and accents. */
  readonly city?: string;
  readonly smsEnabled?: boolean;
}

/** A number that can be bought now. */
export interface NumberOffer {
  /** E.164 with `+`. */
  readonly number: string;
  readonly country: string;
  readonly type: NumberType;
  readonly city: string | null;
  readonly monthlyRateMicros: number;
  readonly setupFeeMicros: number;
  readonly currency: string;
  readonly smsEnabled: boolean;
  /** Whether documents must be approved before the number works. */
  readonly requiresRegulatory: boolean;
}

export interface OutboundMessage {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The same reference is sent once. */
  readonly reference: string;
}

export interface RegulatorySubmission {
  readonly numbers: readonly string[];
  readonly reference: string;
  readonly documents: readonly { readonly kind: string; readonly content: Uint8Array }[];
}

export interface CarrierMessages {
  readonly receipts: readonly {
    readonly carrierId: string;
    readonly status: 'delivered' | 'failed';
    readonly reason?: string;
  }[];
  readonly inbound: readonly {
    readonly from: string;
    readonly to: string;
    readonly body: string;
    readonly reference: string;
  }[];
}

export interface RegulatoryVerdict {
  readonly status: 'pending' | 'approved' | 'rejected';
  /** What is wrong with the documents. */
  readonly reason?: string;
}

/** Numbers that are to come over from another provider. */
export interface PortRequest {
  readonly numbers: readonly string[];
  readonly reference: string;
  readonly currentProvider: string;
  /** The customer's number there, and what else that provider asks for. */
  readonly accountReference: string;
  readonly pin: string | null;
  readonly submittedAtMs: number;
  /** Not before that moment; `null`: as soon as it can be. */
  readonly earliestMs: number | null;
}

export type PortState =
  | { readonly status: 'submitted' }
  /** The other provider lets them go, at that moment. */
  | { readonly status: 'accepted'; readonly portsAtMs: number }
  | { readonly status: 'completed' }
  | { readonly status: 'rejected'; readonly reason: string };

export interface CarrierBalance {
  readonly amountMicros: number;
  readonly currency: string;
}

/**
 * Where numbers come from and messages go to (features.md A29). Every call names a reference of ours and acts
 * once for it, so that a call whose answer was lost can be repeated.
 */
export interface CarrierAdapter {
  readonly name: string;
  /** It is called across a network: no transaction may wait for it. @default false */
  readonly isRemote?: boolean;
  /** By number; `offset` and `limit` cut the page out of all that match. */
  search(
    query: InventoryQuery,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly total: number; readonly offers: readonly NumberOffer[] }>;
  /** Holds the numbers for a short while. @throws CarrierError `unavailable` and which of them is gone */
  reserve(numbers: readonly string[], reference: string): Promise<readonly NumberOffer[]>;
  /** Buys what that reference has reserved. @param numbers the same ones again */
  buy(reference: string, numbers: readonly string[]): Promise<void>;
  /** Gives numbers back, bought or only reserved; those it does not hold are passed over. */
  release(numbers: readonly string[], reference: string): Promise<void>;
  sendMessage(
    message: OutboundMessage,
  ): Promise<{ readonly carrierId: string; readonly status: 'accepted' | 'rejected'; readonly reason?: string }>;
  /** What came of messages, and those that came in, since it was asked last; a carrier that tells by HTTP has none. */
  messageEvents?(): Promise<CarrierMessages>;
  /** Hands documents in, or asks again with the same reference how it stands with them. */
  submitRegulatory(submission: RegulatorySubmission): Promise<RegulatoryVerdict>;
  /** Hands a porting order in, or asks again with the same reference how it stands. A carrier without leaves it to the operator. */
  port?(request: PortRequest): Promise<PortState>;
  /** @returns whether it was still in time; `false`: the numbers come */
  cancelPort?(request: PortRequest): Promise<boolean>;
  balance(): Promise<CarrierBalance>;
}

export type CarrierErrorCode = 'unavailable' | 'refused' | 'unreachable';

/** The carrier did not do it. */
export class CarrierError extends Error {
  readonly code: CarrierErrorCode;
  /** The number at fault, if one is. */
  readonly number: string | undefined;

  constructor(code: CarrierErrorCode, message: string, number?: string) {
    super(message);
    this.name = 'CarrierError';
    this.code = code;
    this.number = number;
  }
}
