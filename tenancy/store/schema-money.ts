import type { Generated } from 'kysely';

/** Tables of prices, terms, charges, invoices and payments. */
export interface MoneyTables {
  readonly rateDecks: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    /** `null`: the platform's. */
    readonly accountId: number | null;
    readonly name: string;
    readonly currency: Generated<string>;
    readonly timezone: Generated<string>;
    readonly roundToMicros: Generated<number>;
    readonly bands: Generated<string>;
    readonly rowVersion: Generated<number>;
    readonly createdAtMs: Generated<number>;
    readonly updatedAtMs: Generated<number>;
  };
  readonly rates: {
    readonly id: Generated<number>;
    readonly deckId: number;
    readonly direction: 'out' | 'in' | 'toll_free';
    readonly prefix: string;
    readonly band: Generated<string>;
    readonly fromMs: Generated<number>;
    readonly untilMs: number | null;
    readonly connectFeeMicros: Generated<number>;
    readonly perMinuteMicros: Generated<number>;
    readonly minimumMicros: Generated<number>;
    readonly firstSec: Generated<number>;
    readonly nextSec: Generated<number>;
  };
  readonly deckAssignments: { readonly payer: string; readonly deckId: number };
  readonly billingTerms: {
    readonly accountId: number;
    readonly mode: Generated<'prepaid' | 'postpaid'>;
    readonly creditMicros: Generated<number>;
    readonly capPerMinuteMicros: number | null;
    readonly capTrunkDayMicros: number | null;
    readonly capDayMicros: number | null;
    readonly capRollingMicros: number | null;
    readonly alarmPercent: Generated<number>;
  };
  /** Account 0: the platform's own. */
  readonly billingProfiles: { readonly accountId: number; readonly profile: string };
  readonly carrierBalances: { readonly carrierId: number; readonly amountMicros: number; readonly atMs: number };
  readonly ratingQueue: {
    readonly callId: number;
    readonly callUuid: string;
    readonly accountId: number | null;
    readonly status: Generated<'waiting' | 'unrated'>;
    readonly reason: string | null;
    readonly triedAtMs: number | null;
  };
  readonly callCharges: {
    readonly id: Generated<number>;
    readonly callId: number;
    readonly callUuid: string;
    /** Who pays; `null`: the platform, to the carrier. */
    readonly accountId: number | null;
    readonly carrierId: number | null;
    readonly trunkId: number | null;
    /** `onward`: the leg that was sent on into the public network. */
    readonly leg: Generated<'call' | 'onward'>;
    /** 1, and one more each time the call is rated again. */
    readonly revision: number;
    readonly deckId: number;
    readonly prefix: string;
    readonly billedSec: number;
    readonly amountMicros: number;
    readonly currency: string;
    readonly entryId: number | null;
    readonly calledAtMs: number;
    readonly atMs: number;
  };
  readonly settledCalls: { readonly id: Generated<number>; readonly callUuid: string };
  readonly fundsChanges: { readonly seq: Generated<number>; readonly kind: 'deck' | 'purse'; readonly key: string };
  readonly spendAlarms: {
    readonly accountId: number;
    readonly trunkId: number;
    readonly cap: string;
    readonly state: string;
    readonly day: string;
  };
  readonly carrierOrders: {
    readonly orderId: number;
    readonly reference: string;
    readonly step: 'reserving' | 'buying' | 'undoing' | 'done' | 'undone';
    readonly plan: string;
    readonly reason: string | null;
    readonly attempts: Generated<number>;
    readonly dueAtMs: number;
    readonly updatedAtMs: number;
  };
  readonly carrierReleases: {
    readonly didId: number;
    readonly number: string;
    readonly reference: string;
    readonly attempts: Generated<number>;
    /** Why the carrier has not taken it back. */
    readonly reason: string | null;
    readonly dueAtMs: number;
  };
  readonly carrierHolds: { readonly number: string; readonly orderId: number };
  readonly invoices: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    readonly accountId: number;
    readonly issuerAccountId: number | null;
    readonly kind: 'invoice' | 'credit_note' | 'client_invoice';
    readonly number: number;
    readonly creditsId: number | null;
    readonly subject: string;
    readonly periodFromMs: number;
    readonly periodToMs: number;
    readonly currency: string;
    readonly netMicros: number;
    readonly taxMicros: number;
    readonly totalMicros: number;
    readonly document: string;
    readonly issuedAtMs: number;
  };
  readonly payments: {
    readonly id: Generated<number>;
    readonly accountId: number;
    readonly provider: string;
    readonly providerRef: string;
    readonly amountMicros: number;
    readonly currency: string;
    readonly status: 'pending' | 'succeeded' | 'failed';
    readonly entryId: number | null;
    readonly url: string | null;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
  };
  /** Numbers of the operator's own that are on sale. */
  readonly stockNumbers: {
    readonly id: Generated<number>;
    readonly number: string;
    readonly country: string;
    readonly type: 'local' | 'national' | 'mobile' | 'toll_free';
    readonly city: string | null;
    readonly monthlyRateMicros: number;
    readonly setupFeeMicros: number;
    readonly currency: Generated<string>;
    readonly smsEnabled: number;
    readonly requiresRegulatory: number;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
  };
  /** How a wallet is filled by itself. */
  readonly walletFunding: {
    readonly accountId: number;
    readonly currency: string;
    /** `notice`: it is only told that it runs low. */
    readonly source: 'notice' | 'payment' | 'service';
    readonly thresholdMicros: number;
    readonly amountMicros: number;
    readonly mostPerDay: number;
    /** How far calls may go below zero while the service does not answer. */
    readonly downCreditMicros: Generated<number>;
    /** 1: the next time that the wallet is below the threshold counts. */
    readonly isArmed: Generated<number>;
    readonly downSinceMs: number | null;
  };
  readonly fundingRequests: {
    readonly id: Generated<number>;
    readonly accountId: number;
    readonly currency: Generated<string>;
    readonly source: 'payment' | 'service';
    readonly reference: string;
    readonly amountMicros: number;
    readonly status: 'asked' | 'pending' | 'succeeded' | 'failed';
    readonly providerRef: string | null;
    readonly reason: string | null;
    readonly attempts: Generated<number>;
    readonly dueAtMs: number;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
  };
}
