import type { PaymentProvider } from '../payments/index.ts';

/** Money that a wallet needs. */
export interface FundingRequest {
  /** Names the request: the same one acts once, so that it can be repeated when its answer was lost. */
  readonly reference: string;
  readonly accountId: number;
  /** What the outside knows the account by. */
  readonly accountUuid: string;
  readonly amountMicros: number;
  readonly currency: string;
}

export type FundingAnswer =
  /** The money is there; it may be less than was asked for. */
  | { readonly status: 'succeeded'; readonly amountMicros: number; readonly providerRef: string }
  /** It will be told. */
  | { readonly status: 'pending'; readonly providerRef: string }
  | { readonly status: 'failed'; readonly reason: string };

/** Where money for a wallet comes from without anybody asking for it. */
export interface FundingSource {
  readonly name: string;
  /** @throws when nobody knows what came of it: it is asked again by the same reference */
  fund(request: FundingRequest): Promise<FundingAnswer>;
}

/** By what a wallet says it is filled from. */
export interface FundingSources {
  /** Takes the money from what the customer has left with a payment provider. */
  readonly payment?: FundingSource;
  /** An operator's own prepaid service: it grants a part of what the customer has there. */
  readonly service?: FundingSource;
}

/** What a payment provider can be asked for: nothing when it takes no money without the customer, or there is none. */
export function fundedByPayment(provider: PaymentProvider | null): Pick<FundingSources, 'payment'> {
  const charge = provider?.charge?.bind(provider);
  return provider === null || charge === undefined ? {} : { payment: { name: provider.name, fund: charge } };
}
