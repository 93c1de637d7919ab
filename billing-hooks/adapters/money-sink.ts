/** One thing that happened to money, as other systems are told of it; amounts are micro-units. */
export type MoneyEvent =
  | {
      readonly kind: 'charge';
      readonly id: number;
      readonly call_uuid: string;
      /** `null`: what the platform pays a carrier. */
      readonly account_id: number | null;
      readonly carrier_id: number | null;
      readonly revision: number;
      readonly prefix: string;
      readonly billed_sec: number;
      readonly amount_micros: number;
      readonly currency: string;
      readonly called_at: string;
    }
  | {
      readonly kind: 'posting';
      readonly id: number;
      readonly entry_id: number;
      readonly account_id: number | null;
      readonly ledger: string;
      readonly amount_micros: number;
      readonly currency: string;
      readonly reference_type: string;
      readonly reference_id: number | null;
      readonly at: string;
    };

/** Where they go. A batch is repeated when it was not taken, so whoever takes it must know an `id` again. */
export interface MoneySink {
  readonly name: string;
  take(events: readonly MoneyEvent[]): Promise<void>;
}
