// biome-ignore-all lint/style/noExcessiveLinesPerFile: made by a program
// biome-ignore-all format: made by a program
// Made of the OpenAPI document by "npm run docs"; not to be edited.

export type Reason =
  | 'registered'
  | 'refreshed'
  | 'unregistered'
  | 'fetched'
  | 'retransmitted'
  | 'challenged'
  | 'wrong_password'
  | 'unknown_user'
  | 'unknown_realm'
  | 'aor_mismatch'
  | 'auth_type_mismatch'
  | 'trunk_suspended'
  | 'account_suspended'
  | 'nonce_stale'
  | 'nonce_foreign'
  | 'nonce_replay'
  | 'nonce_previous_start'
  | 'banned'
  | 'rate_limited'
  | 'interval_too_brief'
  | 'bad_contact'
  | 'too_many_contacts'
  | 'stale_cseq'
  | 'bad_request'
  | 'first_hop_lacks_outbound'
  | 'bad_extension'
  | 'answered'
  | 'cancelled'
  | 'busy'
  | 'declined'
  | 'no_answer'
  | 'not_found'
  | 'pbx_failed'
  | 'pbx_unreachable'
  | 'unknown_did'
  | 'did_suspended'
  | 'did_rejects'
  | 'target_forbidden'
  | 'trunk_offline'
  | 'source_unknown'
  | 'too_many_hops'
  | 'loop_detected'
  | 'cac_trunk_in'
  | 'cac_trunk_out'
  | 'cac_trunk_dialer'
  | 'cac_account_in'
  | 'cac_account_out'
  | 'cac_account_dialer'
  | 'cac_ancestor_in'
  | 'cac_ancestor_out'
  | 'cac_ancestor_dialer'
  | 'cac_carrier_in'
  | 'cac_carrier_out'
  | 'caller_id_forbidden'
  | 'destination_blocked'
  | 'bad_number'
  | 'insufficient_balance'
  | 'spend_cap'
  | 'no_carrier'
  | 'carrier_failed'
  | 'carrier_refused'
  | 'media_unreachable'
  | 'session_expired'
  | 'max_duration'
  | 'server_restart'
  | 'message_accepted'
  | 'message_delivered'
  | 'sms_disabled'
  | 'unsupported_content'
  | 'message_too_long'
  | 'message_refused'
  | 'no_pbx'
  | 'overload'
  | 'loading'
  | 'draining'
  | 'contact_shared'
  | 'internal_error';

export type EventName =
  | 'number.activated'
  | 'number.suspended'
  | 'number.released'
  | 'regulatory.approved'
  | 'regulatory.rejected'
  | 'porting.accepted'
  | 'porting.completed'
  | 'porting.rejected'
  | 'porting.cancelled'
  | 'trunk.registered'
  | 'trunk.offline'
  | 'message.received'
  | 'number.renewal_due'
  | 'trunk.credentials_moved'
  | 'emergency.called'
  | 'call.started'
  | 'call.answered'
  | 'call.ended'
  | 'call.funds_ending'
  | 'spend.alarm'
  | 'carrier.down'
  | 'carrier.up'
  | 'wallet.low'
  | 'webhook.test';

/** Every call of the REST API under `/api/v1`: what it takes and what it answers. */
export interface ApiOperations {
  /** List the own account and those below it. Needs the scope accounts:read. */
  readonly 'GET /accounts': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      /** Only its children. */
      readonly parent_id?: string;
      /** Part of the name. */
      readonly search?: string;
      readonly status?: 'active' | 'suspended' | 'closed';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** null also where the parent may not be seen. */
        readonly parent_id: number | null;
        readonly name: string;
        readonly is_reseller: boolean;
        readonly status: 'active' | 'suspended' | 'closed';
        readonly brand_name: string | null;
        readonly brand_domain: string | null;
        readonly timezone: string | null;
        readonly language: string | null;
        readonly voice_gender: 'male' | 'female' | null;
        readonly default_cid_number: string | null;
        readonly did_default_dest: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly country: string | null;
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly bulk: boolean;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly effective: Readonly<Record<string, {
          readonly value: unknown;
          readonly from: 'own' | 'inherited' | 'default';
          /** Only where that account may be seen. */
          readonly from_account_id: number | null;
        }>>;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Create an account; a reseller creates children, the operator anything. Needs the scope accounts:write. */
  readonly 'POST /accounts': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly brand_name?: string | null;
      readonly brand_domain?: string | null;
      readonly timezone?: string | null;
      readonly language?: string | null;
      readonly voice_gender?: 'male' | 'female' | null;
      /** E.164 with +. */
      readonly default_cid_number?: string | null;
      readonly did_default_dest?: {
        readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
        readonly id?: number;
        readonly uri?: string;
      } | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly parent_id?: number | string | null;
      readonly name: string;
      readonly is_reseller?: boolean;
      readonly status?: 'active' | 'suspended' | 'closed';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      /** More API requests a minute; operator only. */
      readonly bulk?: boolean;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null also where the parent may not be seen. */
        readonly parent_id: number | null;
        readonly name: string;
        readonly is_reseller: boolean;
        readonly status: 'active' | 'suspended' | 'closed';
        readonly brand_name: string | null;
        readonly brand_domain: string | null;
        readonly timezone: string | null;
        readonly language: string | null;
        readonly voice_gender: 'male' | 'female' | null;
        readonly default_cid_number: string | null;
        readonly did_default_dest: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly country: string | null;
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly bulk: boolean;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly effective: Readonly<Record<string, {
          readonly value: unknown;
          readonly from: 'own' | 'inherited' | 'default';
          /** Only where that account may be seen. */
          readonly from_account_id: number | null;
        }>>;
      };
    };
  };
  /** Show an account with its effective values and where they come from. Needs the scope accounts:read. */
  readonly 'GET /accounts/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null also where the parent may not be seen. */
        readonly parent_id: number | null;
        readonly name: string;
        readonly is_reseller: boolean;
        readonly status: 'active' | 'suspended' | 'closed';
        readonly brand_name: string | null;
        readonly brand_domain: string | null;
        readonly timezone: string | null;
        readonly language: string | null;
        readonly voice_gender: 'male' | 'female' | null;
        readonly default_cid_number: string | null;
        readonly did_default_dest: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly country: string | null;
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly bulk: boolean;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly effective: Readonly<Record<string, {
          readonly value: unknown;
          readonly from: 'own' | 'inherited' | 'default';
          /** Only where that account may be seen. */
          readonly from_account_id: number | null;
        }>>;
      };
    };
  };
  /** Change, move, suspend or close an account. Needs the scope accounts:write. */
  readonly 'PATCH /accounts/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly brand_name?: string | null;
      readonly brand_domain?: string | null;
      readonly timezone?: string | null;
      readonly language?: string | null;
      readonly voice_gender?: 'male' | 'female' | null;
      /** E.164 with +. */
      readonly default_cid_number?: string | null;
      readonly did_default_dest?: {
        readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
        readonly id?: number;
        readonly uri?: string;
      } | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly parent_id?: number | string | null;
      readonly name?: string;
      readonly is_reseller?: boolean;
      readonly status?: 'active' | 'suspended' | 'closed';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      /** More API requests a minute; operator only. */
      readonly bulk?: boolean;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null also where the parent may not be seen. */
        readonly parent_id: number | null;
        readonly name: string;
        readonly is_reseller: boolean;
        readonly status: 'active' | 'suspended' | 'closed';
        readonly brand_name: string | null;
        readonly brand_domain: string | null;
        readonly timezone: string | null;
        readonly language: string | null;
        readonly voice_gender: 'male' | 'female' | null;
        readonly default_cid_number: string | null;
        readonly did_default_dest: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly country: string | null;
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly bulk: boolean;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly effective: Readonly<Record<string, {
          readonly value: unknown;
          readonly from: 'own' | 'inherited' | 'default';
          /** Only where that account may be seen. */
          readonly from_account_id: number | null;
        }>>;
      };
    };
  };
  /** Who an account is on paper. Needs the scope billing:read. */
  readonly 'GET /accounts/{id}/billing-profile': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly legal_name: string | null;
        readonly address: readonly string[];
        readonly tax_id: string | null;
        readonly tax_label: string;
        /** Hundredths of a percent: 2100 is 21 %. */
        readonly tax_rate: number;
        /** Charges have the tax in them. */
        readonly tax_included: boolean;
        readonly color: string;
        readonly footer: string;
        /** For invoices to clients; the first that fits. */
        readonly markup: readonly {
          readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
          readonly percent: number;
          /** Cents. */
          readonly per_unit: number;
        }[];
      };
    };
  };
  /** Change who an account is on paper, its tax, and its mark-up. Needs the scope billing:write. */
  readonly 'PATCH /accounts/{id}/billing-profile': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly legal_name?: string | null;
      readonly address?: readonly string[];
      readonly tax_id?: string | null;
      readonly tax_label?: string;
      /** Hundredths of a percent: 2100 is 21 %. */
      readonly tax_rate?: number;
      /** Charges have the tax in them. */
      readonly tax_included?: boolean;
      readonly color?: string;
      readonly footer?: string;
      /** For invoices to clients; the first that fits. */
      readonly markup?: readonly {
        readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
        readonly percent: number;
        /** Cents. */
        readonly per_unit: number;
      }[];
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly legal_name: string | null;
        readonly address: readonly string[];
        readonly tax_id: string | null;
        readonly tax_label: string;
        /** Hundredths of a percent: 2100 is 21 %. */
        readonly tax_rate: number;
        /** Charges have the tax in them. */
        readonly tax_included: boolean;
        readonly color: string;
        readonly footer: string;
        /** For invoices to clients; the first that fits. */
        readonly markup: readonly {
          readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
          readonly percent: number;
          /** Cents. */
          readonly per_unit: number;
        }[];
      };
    };
  };
  /** Show how an account pays, and its caps. Needs the scope billing:read. */
  readonly 'GET /accounts/{id}/billing-terms': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly mode: 'prepaid' | 'postpaid';
        /** Cents. */
        readonly credit: number;
        /** Cents; null: no cap. */
        readonly cap_per_minute: number | null;
        /** Cents; null: no cap. */
        readonly cap_trunk_day: number | null;
        /** Cents; null: no cap. */
        readonly cap_day: number | null;
        /** Cents; null: no cap. */
        readonly cap_rolling_24h: number | null;
        readonly alarm_percent: number;
      };
    };
  };
  /** Change how an account pays, and its caps. Needs the scope billing:write. */
  readonly 'PATCH /accounts/{id}/billing-terms': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly mode?: 'prepaid' | 'postpaid';
      /** Cents. */
      readonly credit?: number;
      /** Cents; null: no cap. */
      readonly cap_per_minute?: number | null;
      /** Cents; null: no cap. */
      readonly cap_trunk_day?: number | null;
      /** Cents; null: no cap. */
      readonly cap_day?: number | null;
      /** Cents; null: no cap. */
      readonly cap_rolling_24h?: number | null;
      readonly alarm_percent?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly mode: 'prepaid' | 'postpaid';
        /** Cents. */
        readonly credit: number;
        /** Cents; null: no cap. */
        readonly cap_per_minute: number | null;
        /** Cents; null: no cap. */
        readonly cap_trunk_day: number | null;
        /** Cents; null: no cap. */
        readonly cap_day: number | null;
        /** Cents; null: no cap. */
        readonly cap_rolling_24h: number | null;
        readonly alarm_percent: number;
      };
    };
  };
  /** Fill a wallet by hand again. Needs the scope billing:write. */
  readonly 'DELETE /accounts/{id}/funding': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      readonly currency?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly currency: string;
        /** notice: only told; payment: taken by the payment provider; service: granted by the operator’s own. */
        readonly source: 'notice' | 'payment' | 'service';
        /** Cents; below it the wallet is filled. */
        readonly threshold: number;
        /** Cents at a time. */
        readonly amount: number;
        /** Times a day, by the account’s calendar. */
        readonly most_per_day: number;
        /** Cents that calls may go below zero while the service does not answer. */
        readonly down_credit: number;
        /** The last ones first. */
        readonly requests: readonly {
          readonly reference: string;
          /** Cents that were asked for. */
          readonly amount: number;
          readonly status: 'asked' | 'pending' | 'succeeded' | 'failed';
          readonly reason: string | null;
          readonly created_at: string;
        }[];
      };
    };
  };
  /** Show how a wallet is filled by itself, and the last times that it was. Needs the scope billing:read. */
  readonly 'GET /accounts/{id}/funding': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      readonly currency?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly currency: string;
        /** notice: only told; payment: taken by the payment provider; service: granted by the operator’s own. */
        readonly source: 'notice' | 'payment' | 'service';
        /** Cents; below it the wallet is filled. */
        readonly threshold: number;
        /** Cents at a time. */
        readonly amount: number;
        /** Times a day, by the account’s calendar. */
        readonly most_per_day: number;
        /** Cents that calls may go below zero while the service does not answer. */
        readonly down_credit: number;
        /** The last ones first. */
        readonly requests: readonly {
          readonly reference: string;
          /** Cents that were asked for. */
          readonly amount: number;
          readonly status: 'asked' | 'pending' | 'succeeded' | 'failed';
          readonly reason: string | null;
          readonly created_at: string;
        }[];
      };
    };
  };
  /** Fill a wallet whenever it falls below a threshold. Needs the scope billing:write. */
  readonly 'PATCH /accounts/{id}/funding': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      readonly currency?: string;
    };
    readonly body: {
      /** notice: only told; payment: taken by the payment provider; service: granted by the operator’s own. */
      readonly source?: 'notice' | 'payment' | 'service';
      /** Cents; below it the wallet is filled. */
      readonly threshold?: number;
      /** Cents at a time. */
      readonly amount?: number;
      /** Times a day, by the account’s calendar. */
      readonly most_per_day?: number;
      /** Cents that calls may go below zero while the service does not answer. */
      readonly down_credit?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly currency: string;
        /** notice: only told; payment: taken by the payment provider; service: granted by the operator’s own. */
        readonly source: 'notice' | 'payment' | 'service';
        /** Cents; below it the wallet is filled. */
        readonly threshold: number;
        /** Cents at a time. */
        readonly amount: number;
        /** Times a day, by the account’s calendar. */
        readonly most_per_day: number;
        /** Cents that calls may go below zero while the service does not answer. */
        readonly down_credit: number;
        /** The last ones first. */
        readonly requests: readonly {
          readonly reference: string;
          /** Cents that were asked for. */
          readonly amount: number;
          readonly status: 'asked' | 'pending' | 'succeeded' | 'failed';
          readonly reason: string | null;
          readonly created_at: string;
        }[];
      };
    };
  };
  /** Close an account for good: its calls end, its numbers go back; the answer is its last report. Needs the scope accounts:write. */
  readonly 'POST /accounts/{id}/offboard': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly account_id: number;
        readonly released: readonly string[];
        /** Cents left in EUR; `wallets` has every currency. */
        readonly balance: number;
        readonly wallets: readonly {
          readonly currency: string;
          /** Cents. */
          readonly balance: number;
        }[];
        /** Cents: rent of unused days that was given back. */
        readonly refunded: number;
        /** Calls that have ended and are not charged yet. */
        readonly calls_to_charge: number;
        readonly costs: readonly {
          readonly trunk_uuid: string | null;
          readonly trunk_name: string | null;
          readonly currency: string;
          /** Cents, ever. */
          readonly amount: number;
          readonly charges: number;
        }[];
      };
    };
  };
  /** Show the routing policies of an account, which hold for all below it. Needs the scope accounts:read. */
  readonly 'GET /accounts/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      /** What routing is told of this account */
      readonly data: {
        /** New calls a second */
        readonly calls_per_second?: number;
        /** Prefixes (+882) and countries (KP) */
        readonly blocked?: readonly string[];
        /** Prefixes (+882) and countries (KP) */
        readonly allowed?: readonly string[];
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly caller_id?: 'owned' | 'trusted';
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        readonly private_media?: 'warn' | 'refuse';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly location?: string;
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** Change the routing policies of an account, which hold for all below it; null clears one. Needs the scope accounts:write. */
  readonly 'PATCH /accounts/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** New calls a second */
      readonly calls_per_second?: number | null;
      /** Prefixes (+882) and countries (KP) */
      readonly blocked?: readonly string[] | null;
      /** Prefixes (+882) and countries (KP) */
      readonly allowed?: readonly string[] | null;
      readonly hours?: {
        /** Such as Europe/Amsterdam */
        readonly timezone: string;
        readonly open: readonly {
          readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
          readonly from: string;
          readonly to: string;
        }[];
      } | null;
      readonly caller_id?: 'owned' | 'trusted' | null;
      readonly refer?: 'pass' | 'local' | 'reject' | null;
      readonly redirect?: 'follow' | 'reject' | null;
      readonly private_media?: 'warn' | 'refuse' | null;
      /** Headers of the INVITE that cross this side, beyond those that always do */
      readonly pass_headers?: readonly string[] | null;
      readonly location?: string | null;
      readonly attestation?: 'A' | 'B' | 'C' | null;
    };
    readonly status: 200;
    readonly response: {
      /** What routing is told of this account */
      readonly data: {
        /** New calls a second */
        readonly calls_per_second?: number;
        /** Prefixes (+882) and countries (KP) */
        readonly blocked?: readonly string[];
        /** Prefixes (+882) and countries (KP) */
        readonly allowed?: readonly string[];
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly caller_id?: 'owned' | 'trusted';
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        readonly private_media?: 'warn' | 'refuse';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly location?: string;
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** List keys. Needs the scope admin. */
  readonly 'GET /api-keys': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'created_at' | '-created_at';
      readonly account_id?: string;
      /** Part of the name, or how the key begins. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** null: an operator's key. */
        readonly account_id: number | null;
        readonly name: string;
        readonly prefix: string;
        readonly mode: 'live' | 'test';
        readonly scopes: readonly string[];
        readonly allowed_addresses: readonly string[];
        readonly created_at: string;
        readonly expires_at: string | null;
        readonly last_used_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Make a key; it is shown here and never again. Needs the scope admin. */
  readonly 'POST /api-keys': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly scopes?: readonly ('admin' | 'numbers:read' | 'numbers:write' | 'numbers:*' | 'trunks:read' | 'trunks:write' | 'trunks:*' | 'routing:read' | 'routing:write' | 'routing:*' | 'messages:read' | 'messages:write' | 'messages:*' | 'billing:read' | 'billing:write' | 'billing:*' | 'webhooks:read' | 'webhooks:write' | 'webhooks:*' | 'calls:read' | 'calls:write' | 'calls:*' | 'accounts:read' | 'accounts:write' | 'accounts:*')[];
      readonly role?: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
      readonly account_id?: number | string;
      readonly mode?: 'live' | 'test';
      readonly allowed_addresses?: readonly string[];
      /** RFC 3339. */
      readonly expires_at?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: an operator's key. */
        readonly account_id: number | null;
        readonly name: string;
        readonly prefix: string;
        readonly mode: 'live' | 'test';
        readonly scopes: readonly string[];
        readonly allowed_addresses: readonly string[];
        readonly created_at: string;
        readonly expires_at: string | null;
        readonly last_used_at: string | null;
        readonly key: string;
      };
    };
  };
  /** Revoke a key at once. Needs the scope admin. */
  readonly 'DELETE /api-keys/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'revoked';
      };
    };
  };
  /** Show a key, without its secret. Needs the scope admin. */
  readonly 'GET /api-keys/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: an operator's key. */
        readonly account_id: number | null;
        readonly name: string;
        readonly prefix: string;
        readonly mode: 'live' | 'test';
        readonly scopes: readonly string[];
        readonly allowed_addresses: readonly string[];
        readonly created_at: string;
        readonly expires_at: string | null;
        readonly last_used_at: string | null;
      };
    };
  };
  /** Make a successor with the same rights; the old key stays good for overlap_seconds. Needs the scope admin. */
  readonly 'POST /api-keys/{id}/rotate': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** Default 0. */
      readonly overlap_seconds?: number;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: an operator's key. */
        readonly account_id: number | null;
        readonly name: string;
        readonly prefix: string;
        readonly mode: 'live' | 'test';
        readonly scopes: readonly string[];
        readonly allowed_addresses: readonly string[];
        readonly created_at: string;
        readonly expires_at: string | null;
        readonly last_used_at: string | null;
        readonly key: string;
        readonly replaces: number;
      };
    };
  };
  /** List changes. Needs the scope admin. */
  readonly 'GET /audit': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'at' | '-at' | 'action' | '-action' | 'resource' | '-resource';
      readonly account_id?: string;
      readonly actor?: string;
      readonly action?: string;
      readonly resource?: string;
      /** As the entries show it. */
      readonly resource_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly at: string;
        readonly account_id: number | null;
        readonly actor: string;
        readonly action: string;
        readonly resource: string;
        readonly resource_id: string;
        readonly before: unknown;
        readonly after: unknown;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Tell which account a user name of a realm belongs to. Needs the scope trunks:read. */
  readonly 'GET /auth': {
    readonly params: undefined;
    readonly query: {
      readonly username: string;
      readonly realm: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly account_id: number;
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        readonly username: string;
        readonly realm: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        /** Whether it may authenticate with its password now. */
        readonly allowed: boolean;
        /** Why not. */
        readonly reason: string | null;
      };
    };
  };
  /** List banned addresses. Only the operator may do this. */
  readonly 'GET /bans': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** An IPv4 address, or the /64 of an IPv6 address. */
        readonly address: string;
        readonly until: string;
        readonly reason: string;
      }[];
      readonly meta: {
        readonly total: number;
      };
    };
  };
  /** Lift a ban. Only the operator may do this. */
  readonly 'DELETE /bans/{address}': {
    readonly params: {
      readonly address: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly address: string;
        readonly lifted: boolean;
      };
    };
  };
  /** What was charged, by trunk, number or month, or to each client. Needs the scope billing:read. */
  readonly 'GET /billing/costs': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
      readonly group_by?: 'trunk' | 'number' | 'month' | 'client';
      /** RFC 3339, or a date. */
      readonly from?: string;
      /** RFC 3339, or a date. */
      readonly to?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** Trunk uuid, number, month or account uuid; null: of none. */
        readonly key: string | null;
        readonly name: string | null;
        /** What was charged in several currencies is several rows. */
        readonly currency: string;
        /** Cents. */
        readonly amount: number;
        readonly charges: number;
      }[];
      readonly meta: {
        readonly from: string;
        readonly to: string;
        readonly total: number;
      };
    };
  };
  /** Change who the platform is on paper, and its tax. Only the operator may do this. */
  readonly 'PATCH /billing/platform-profile': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly legal_name?: string | null;
      readonly address?: readonly string[];
      readonly tax_id?: string | null;
      readonly tax_label?: string;
      /** Hundredths of a percent: 2100 is 21 %. */
      readonly tax_rate?: number;
      /** Charges have the tax in them. */
      readonly tax_included?: boolean;
      readonly color?: string;
      readonly footer?: string;
      /** For invoices to clients; the first that fits. */
      readonly markup?: readonly {
        readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
        readonly percent: number;
        /** Cents. */
        readonly per_unit: number;
      }[];
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly legal_name: string | null;
        readonly address: readonly string[];
        readonly tax_id: string | null;
        readonly tax_label: string;
        /** Hundredths of a percent: 2100 is 21 %. */
        readonly tax_rate: number;
        /** Charges have the tax in them. */
        readonly tax_included: boolean;
        readonly color: string;
        readonly footer: string;
        /** For invoices to clients; the first that fits. */
        readonly markup: readonly {
          readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
          readonly percent: number;
          /** Cents. */
          readonly per_unit: number;
        }[];
      };
    };
  };
  /** The projected monthly cost. Needs the scope billing:read. */
  readonly 'GET /billing/projected': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly currency: string;
        /** Cents: what all numbers cost a month. */
        readonly monthly_total: number;
        readonly numbers: number;
        readonly balance: string;
        /** The wallet holds at least one month of renewals (F-106). */
        readonly covers_next_month: boolean;
        readonly runs_out: {
          readonly at: string;
          readonly number: string;
          /** Cents. */
          readonly missing: number;
          readonly sentence: string;
        } | null;
        readonly by_trunk: readonly {
          readonly trunk_uuid: string | null;
          readonly trunk_name: string | null;
          readonly numbers: number;
          readonly monthly_total: number;
        }[];
      };
    };
  };
  /** List bulk jobs on accounts. Needs the scope accounts:read. */
  readonly 'GET /bulk/accounts': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Import many accounts, or work on many; answers 202 with the job's address in Location. Needs the scope accounts:write. */
  readonly 'POST /bulk/accounts': {
    readonly params: undefined;
    readonly query: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
    };
    readonly body: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
      /** A CSV file with a header; or send it as text/csv. */
      readonly csv?: string;
      /** uuid, parent, brand_name, brand_domain, timezone, language, voice_gender, default_cid_number, country, notes, name, is_reseller, status, max_in, max_out, max_dialer, bulk */
      readonly rows?: readonly object[];
    };
    readonly status: 202;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** How far a bulk job is, and which rows are at fault. Needs the scope accounts:read. */
  readonly 'GET /bulk/accounts/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
        /** The first 1000. */
        readonly faults: readonly {
          /** From 1, without the header. */
          readonly row: number;
          /** In the CSV file, from 1. */
          readonly line: number | null;
          readonly field: string | null;
          readonly code: string;
          readonly problem: string;
          readonly remedy: string;
        }[];
      };
    };
  };
  /** List bulk jobs on dids. Needs the scope numbers:read. */
  readonly 'GET /bulk/dids': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Import many dids, or work on many; answers 202 with the job's address in Location. Needs the scope routing:write. */
  readonly 'POST /bulk/dids': {
    readonly params: undefined;
    readonly query: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
    };
    readonly body: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
      /** A CSV file with a header; or send it as text/csv. */
      readonly csv?: string;
      /** number, account, block_size, destination_kind, destination, country, type, city, sms_enabled, notes, status */
      readonly rows?: readonly object[];
    };
    readonly status: 202;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** How far a bulk job is, and which rows are at fault. Needs the scope numbers:read. */
  readonly 'GET /bulk/dids/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
        /** The first 1000. */
        readonly faults: readonly {
          /** From 1, without the header. */
          readonly row: number;
          /** In the CSV file, from 1. */
          readonly line: number | null;
          readonly field: string | null;
          readonly code: string;
          readonly problem: string;
          readonly remedy: string;
        }[];
      };
    };
  };
  /** List bulk jobs on trunks. Needs the scope trunks:read. */
  readonly 'GET /bulk/trunks': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Import many trunks, or work on many; answers 202 with the job's address in Location. Needs the scope trunks:write. */
  readonly 'POST /bulk/trunks': {
    readonly params: undefined;
    readonly query: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
    };
    readonly body: {
      /** Default import. delete and regenerate (new passwords): trunks only. */
      readonly action?: 'import' | 'delete' | 'regenerate';
      /** Try everything and roll back. Default false. */
      readonly dry_run?: boolean;
      /** What is there already. Default fail. */
      readonly on_existing?: 'fail' | 'skip' | 'update';
      /** A CSV file with a header; or send it as text/csv. */
      readonly csv?: string;
      /** uuid, account, name, auth_type, max_in, max_out, max_dialer, max_contacts, contact_policy, ruri_mode, profile, allow_no_qop, sources, ip_target, country, notes, kind, realm, username, status */
      readonly rows?: readonly object[];
    };
    readonly status: 202;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** How far a bulk job is, and which rows are at fault. Needs the scope trunks:read. */
  readonly 'GET /bulk/trunks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly resource: 'trunks' | 'dids' | 'accounts';
        readonly action: 'import' | 'delete' | 'regenerate';
        readonly on_existing: 'fail' | 'skip' | 'update';
        /** Everything was tried and rolled back. */
        readonly dry_run: boolean;
        /** failed: the log has the cause. */
        readonly state: 'queued' | 'running' | 'done' | 'failed';
        /** Rows. */
        readonly total: number;
        /** Rows finished, faulty ones included. */
        readonly done: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        /** Rows of which nothing was done; see faults. */
        readonly faulty: number;
        /** How often a restart interrupted it; it went on where it was. */
        readonly resumed: number;
        readonly created_at: string;
        readonly started_at: string | null;
        readonly finished_at: string | null;
        /** The first 1000. */
        readonly faults: readonly {
          /** From 1, without the header. */
          readonly row: number;
          /** In the CSV file, from 1. */
          readonly line: number | null;
          readonly field: string | null;
          readonly code: string;
          readonly problem: string;
          readonly remedy: string;
        }[];
      };
    };
  };
  /** The passwords that a job has made: once, and within a day after it has ended. Needs the scope trunks:write. */
  readonly 'POST /bulk/trunks/{id}/passwords': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly row: number;
        readonly trunk_id: number;
        readonly uuid: string;
        readonly name: string;
        readonly realm: string;
        readonly username: string;
        /** Told here and never again. */
        readonly password: string;
      }[];
    };
  };
  /** List calls. Needs the scope calls:read. */
  readonly 'GET /calls': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'started_at' | '-started_at';
      /** desc is sort=-id, asc sort=id. */
      readonly order?: 'asc' | 'desc';
      readonly account_id?: string;
      /** Integer id or uuid. */
      readonly trunk?: string;
      readonly direction?: 'in' | 'out' | 'internal';
      readonly result?: string;
      readonly reason?: string;
      /** Whole, of either side. */
      readonly number?: string;
      /** Only calls that are up, or only those that are not. */
      readonly live?: boolean;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly trunk_id: number | null;
        readonly did_id: number | null;
        readonly direction: 'in' | 'out' | 'internal';
        readonly from: string;
        readonly to: string;
        readonly started_at: string;
        readonly answered_at: string | null;
        readonly ended_at: string | null;
        /** From answer to end. */
        readonly duration_ms: number | null;
        readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate' | null;
        readonly reason: Reason | null;
        /** The final SIP status, 0 while there is none. */
        readonly status: number;
        readonly sentence: string;
        readonly hung_up_by: 'caller' | 'callee' | 'server' | null;
        readonly legs: readonly {
          /** a: the caller. b: the called side. */
          readonly side: 'a' | 'b';
          readonly call_id: string;
          readonly remote: string;
          readonly contact: string;
        }[];
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Show a call with every decision taken for it. Needs the scope calls:read. */
  readonly 'GET /calls/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number | null;
        readonly trunk_id: number | null;
        readonly did_id: number | null;
        readonly direction: 'in' | 'out' | 'internal';
        readonly from: string;
        readonly to: string;
        readonly started_at: string;
        readonly answered_at: string | null;
        readonly ended_at: string | null;
        /** From answer to end. */
        readonly duration_ms: number | null;
        readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate' | null;
        readonly reason: Reason | null;
        /** The final SIP status, 0 while there is none. */
        readonly status: number;
        readonly sentence: string;
        readonly hung_up_by: 'caller' | 'callee' | 'server' | null;
        readonly legs: readonly {
          /** a: the caller. b: the called side. */
          readonly side: 'a' | 'b';
          readonly call_id: string;
          readonly remote: string;
          readonly contact: string;
        }[];
        readonly attempts: readonly {
          readonly target: string;
          readonly status: number;
          readonly at: string;
        }[];
        readonly trace: readonly {
          readonly step: string;
          readonly saw: string;
          readonly decided: string;
        }[];
      };
    };
  };
  /** List carriers. Only the operator may do this. */
  readonly 'GET /carriers': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      /** Part of the name. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly name: string;
        readonly enabled: boolean;
        readonly sources: readonly string[];
        readonly gateways: readonly {
          readonly host: string;
          readonly port: number;
          readonly transport: 'udp' | 'tcp' | 'tls';
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly prefixes: readonly {
          readonly prefix: string;
          readonly cost_micros: number;
        }[];
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add a carrier. Only the operator may do this. */
  readonly 'POST /carriers': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly enabled?: boolean;
      readonly sources?: readonly string[];
      readonly gateways?: readonly {
        readonly host: string;
        readonly port?: number;
        readonly transport?: 'udp' | 'tcp' | 'tls';
        readonly priority?: number;
        readonly weight?: number;
      }[];
      readonly prefixes?: readonly {
        /** Empty: everything. */
        readonly prefix: string;
        readonly cost_micros?: number;
      }[];
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly name: string;
        readonly enabled: boolean;
        readonly sources: readonly string[];
        readonly gateways: readonly {
          readonly host: string;
          readonly port: number;
          readonly transport: 'udp' | 'tcp' | 'tls';
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly prefixes: readonly {
          readonly prefix: string;
          readonly cost_micros: number;
        }[];
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Remove a carrier. Only the operator may do this. */
  readonly 'DELETE /carriers/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show a carrier. Only the operator may do this. */
  readonly 'GET /carriers/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly name: string;
        readonly enabled: boolean;
        readonly sources: readonly string[];
        readonly gateways: readonly {
          readonly host: string;
          readonly port: number;
          readonly transport: 'udp' | 'tcp' | 'tls';
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly prefixes: readonly {
          readonly prefix: string;
          readonly cost_micros: number;
        }[];
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Change a carrier; a list given replaces the whole list. Only the operator may do this. */
  readonly 'PATCH /carriers/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly name?: string;
      readonly enabled?: boolean;
      readonly sources?: readonly string[];
      readonly gateways?: readonly {
        readonly host: string;
        readonly port?: number;
        readonly transport?: 'udp' | 'tcp' | 'tls';
        readonly priority?: number;
        readonly weight?: number;
      }[];
      readonly prefixes?: readonly {
        /** Empty: everything. */
        readonly prefix: string;
        readonly cost_micros?: number;
      }[];
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly name: string;
        readonly enabled: boolean;
        readonly sources: readonly string[];
        readonly gateways: readonly {
          readonly host: string;
          readonly port: number;
          readonly transport: 'udp' | 'tcp' | 'tls';
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly prefixes: readonly {
          readonly prefix: string;
          readonly cost_micros: number;
        }[];
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Register at a carrier no more. Only the operator may do this. */
  readonly 'DELETE /carriers/{id}/registration': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly carrier_id: number;
        readonly status: 'deleted';
      };
    };
  };
  /** Show how we register at a carrier, and how that stands. Only the operator may do this. */
  readonly 'GET /carriers/{id}/registration': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly carrier_id: number;
        readonly carrier: string;
        readonly registrar: string;
        readonly username: string;
        readonly domain: string | null;
        readonly auth_username: string | null;
        readonly expires_sec: number | null;
        readonly live: {
          readonly state: 'trying' | 'registered' | 'failed';
          readonly since: string;
          readonly expires_at: string | null;
          /** Who answered: calls go there (P26). */
          readonly node: string | null;
          /** Of the last REGISTER. */
          readonly status: number | null;
          readonly fault: 'wrong_password' | 'refused' | 'no_answer' | 'unanswerable_challenge' | null;
          readonly next_at: string | null;
        } | null;
      };
    };
  };
  /** Register at a carrier, or otherwise than so far. Only the operator may do this. */
  readonly 'PATCH /carriers/{id}/registration': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** host[:port][;transport=udp|tcp|tls] */
      readonly registrar?: string;
      readonly username?: string;
      /** Kept encrypted and never shown again. */
      readonly password?: string;
      readonly domain?: string | null;
      readonly auth_username?: string | null;
      readonly expires_sec?: number | null;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly carrier_id: number;
        readonly carrier: string;
        readonly registrar: string;
        readonly username: string;
        readonly domain: string | null;
        readonly auth_username: string | null;
        readonly expires_sec: number | null;
        readonly live: {
          readonly state: 'trying' | 'registered' | 'failed';
          readonly since: string;
          readonly expires_at: string | null;
          /** Who answered: calls go there (P26). */
          readonly node: string | null;
          /** Of the last REGISTER. */
          readonly status: number | null;
          readonly fault: 'wrong_password' | 'refused' | 'no_answer' | 'unanswerable_challenge' | null;
          readonly next_at: string | null;
        } | null;
      };
    };
  };
  /** Show the routing policies of a carrier. Only the operator may do this. */
  readonly 'GET /carriers/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      /** What routing is told of this carrier */
      readonly data: {
        /** The first rule that fits is applied */
        readonly dial_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly gateway_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly caller_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** New calls a second */
        readonly calls_per_second?: number;
        /** New calls a second */
        readonly calls_per_second_out?: number;
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly tls_subjects?: readonly string[];
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** Change the routing policies of a carrier; null clears one. Only the operator may do this. */
  readonly 'PATCH /carriers/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** The first rule that fits is applied */
      readonly dial_plan?: readonly ({
        readonly prefix: string;
        readonly strip: number;
        readonly add: string;
      } | {
        readonly match: string;
        readonly replace: string;
      })[] | null;
      /** The first rule that fits is applied */
      readonly gateway_plan?: readonly ({
        readonly prefix: string;
        readonly strip: number;
        readonly add: string;
      } | {
        readonly match: string;
        readonly replace: string;
      })[] | null;
      /** The first rule that fits is applied */
      readonly caller_plan?: readonly ({
        readonly prefix: string;
        readonly strip: number;
        readonly add: string;
      } | {
        readonly match: string;
        readonly replace: string;
      })[] | null;
      /** New calls a second */
      readonly calls_per_second?: number | null;
      /** New calls a second */
      readonly calls_per_second_out?: number | null;
      readonly hours?: {
        /** Such as Europe/Amsterdam */
        readonly timezone: string;
        readonly open: readonly {
          readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
          readonly from: string;
          readonly to: string;
        }[];
      } | null;
      readonly tls_subjects?: readonly string[] | null;
      readonly refer?: 'pass' | 'local' | 'reject' | null;
      readonly redirect?: 'follow' | 'reject' | null;
      /** Headers of the INVITE that cross this side, beyond those that always do */
      readonly pass_headers?: readonly string[] | null;
      readonly attestation?: 'A' | 'B' | 'C' | null;
    };
    readonly status: 200;
    readonly response: {
      /** What routing is told of this carrier */
      readonly data: {
        /** The first rule that fits is applied */
        readonly dial_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly gateway_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly caller_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** New calls a second */
        readonly calls_per_second?: number;
        /** New calls a second */
        readonly calls_per_second_out?: number;
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly tls_subjects?: readonly string[];
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** List numbers of every account. Only the operator may do this. */
  readonly 'GET /dids': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'number' | '-number' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      readonly status?: 'active' | 'suspended' | 'pending_regulatory' | 'released';
      readonly assigned?: boolean;
      /** Part of the number or the notes. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add a number or block that a carrier delivers. Only the operator may do this. */
  readonly 'POST /dids': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | null;
      readonly city?: string | null;
      readonly sms_enabled?: boolean;
      readonly notes?: string;
      readonly account_id: number | string;
      /** E.164; of a block its first number. */
      readonly number: string;
      readonly block_size?: number;
      readonly destination?: {
        readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
        readonly id?: number;
        readonly uri?: string;
      } | null;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Show a number. Only the operator may do this. */
  readonly 'GET /dids/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Change a number. Only the operator may do this. */
  readonly 'PATCH /dids/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | null;
      readonly city?: string | null;
      readonly sms_enabled?: boolean;
      readonly notes?: string;
      readonly status?: 'active' | 'suspended' | 'pending_regulatory';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Events of the last 30 days, oldest first; ask again with meta.next_after for what came since. Needs the scope webhooks:read. */
  readonly 'GET /events': {
    readonly params: undefined;
    readonly query: {
      /** evt_…: what came after it; latest: nothing yet, only where to go on. */
      readonly after?: string;
      /** At most 100. */
      readonly limit?: string;
      readonly event?: EventName;
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** As in X-DIDfarm-Event-Id. */
        readonly id: string;
        readonly event: EventName;
        readonly account_id: number | null;
        readonly timestamp: string;
        readonly data: object;
        /** The very bytes that webhooks carry. */
        readonly body: string;
      }[];
      readonly meta: {
        readonly next_after: string;
      };
    };
  };
  /** Every one of the accounts, as CSV that spreadsheets may open, or as JSON. Needs the scope accounts:read. */
  readonly 'GET /exports/accounts': {
    readonly params: undefined;
    readonly query: {
      /** Default csv. */
      readonly format?: 'csv' | 'json';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Every rated call of an account as CSV. Needs the scope billing:read. */
  readonly 'GET /exports/call-charges': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Every one of the dids, as CSV that spreadsheets may open, or as JSON. Needs the scope numbers:read. */
  readonly 'GET /exports/dids': {
    readonly params: undefined;
    readonly query: {
      /** Default csv. */
      readonly format?: 'csv' | 'json';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Every movement of a wallet as CSV. Needs the scope billing:read. */
  readonly 'GET /exports/transactions': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Every one of the trunks, as CSV that spreadsheets may open, or as JSON. Needs the scope trunks:read. */
  readonly 'GET /exports/trunks': {
    readonly params: undefined;
    readonly query: {
      /** Default csv. */
      readonly format?: 'csv' | 'json';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** List extensions. Needs the scope trunks:read. */
  readonly 'GET /extensions': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'username' | '-username' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      readonly status?: 'provisioning' | 'active' | 'suspended' | 'deleted';
      /** Part of the name or user name. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Create the extension; it can register as soon as this is answered. Needs the scope trunks:write. */
  readonly 'POST /extensions': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly auth_type?: 'digest' | 'ip' | 'digest+ip';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      readonly max_contacts?: number;
      readonly contact_policy?: 'replace_oldest' | 'reject' | 'fork';
      readonly ruri_mode?: 'contact' | 'did' | null;
      readonly profile?: string | null;
      readonly allow_no_qop?: boolean;
      readonly sources?: readonly string[];
      readonly ip_target?: string | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly kind?: 'trunk' | 'extension' | 'dialer';
      readonly pbx?: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
      readonly account_id?: number | string;
      readonly tls_subjects?: readonly string[];
      readonly realm?: string;
      readonly username?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
        /** Told here and never again. */
        readonly password: string | null;
        readonly pbx_config?: {
          readonly pbx: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
          readonly title: string;
          /** false: put it where REPLACE_WITH_THE_PASSWORD stands. */
          readonly password_included: boolean;
          /** To copy from, at the PBX. */
          readonly text: string;
          readonly files: readonly {
            readonly name: string;
            readonly content: string;
          }[];
          readonly nat: readonly string[];
        };
      };
    };
  };
  /** Delete the extension; its registration ends at once and its numbers become unassigned. Needs the scope trunks:write. */
  readonly 'DELETE /extensions/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show the extension with its registration. Needs the scope trunks:read. */
  readonly 'GET /extensions/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      };
    };
  };
  /** Change the extension. Needs the scope trunks:write. */
  readonly 'PATCH /extensions/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly name?: string;
      readonly auth_type?: 'digest' | 'ip' | 'digest+ip';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      readonly max_contacts?: number;
      readonly contact_policy?: 'replace_oldest' | 'reject' | 'fork';
      readonly ruri_mode?: 'contact' | 'did' | null;
      readonly profile?: string | null;
      readonly allow_no_qop?: boolean;
      readonly sources?: readonly string[];
      readonly ip_target?: string | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly status?: 'active' | 'suspended';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      };
    };
  };
  /** Make a new password; without overlap_seconds the extension is disconnected at once. Needs the scope trunks:write. */
  readonly 'POST /extensions/{id}/regenerate-credentials': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly pbx?: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
      readonly rotate_username?: boolean;
      /** How long the old password stays good. */
      readonly overlap_seconds?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        /** Told here and never again. */
        readonly password: string | null;
        readonly pbx_config?: {
          readonly pbx: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
          readonly title: string;
          /** false: put it where REPLACE_WITH_THE_PASSWORD stands. */
          readonly password_included: boolean;
          /** To copy from, at the PBX. */
          readonly text: string;
          readonly files: readonly {
            readonly name: string;
            readonly content: string;
          }[];
          readonly nat: readonly string[];
        };
      };
    };
  };
  /** Put numbers on sale: all of them, or none, with what is wrong with each row. Only the operator may do this. */
  readonly 'POST /inventory/import': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** With a line of column names. */
      readonly csv?: string;
      readonly rows?: readonly object[];
      /** Only say what would be done. */
      readonly dry_run?: boolean;
      readonly on_existing?: 'fail' | 'skip' | 'update';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly dry_run: boolean;
        readonly total: number;
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
      };
    };
  };
  /** List the numbers that were put on sale. Only the operator may do this. */
  readonly 'GET /inventory/numbers': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** ISO 3166 alpha-2. */
      readonly country?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly number: string;
        readonly country: string;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free';
        readonly city: string | null;
        /** EUR cents. */
        readonly monthly_rate: number;
        /** EUR cents. */
        readonly setup_fee: number;
        readonly sms_enabled: boolean;
        /** Documents must be approved before the number works. */
        readonly requires_regulatory: boolean;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Take a number off sale; whoever has bought it keeps it. Only the operator may do this. */
  readonly 'DELETE /inventory/numbers/{number}': {
    readonly params: {
      readonly number: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly number: string;
        readonly country: string;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free';
        readonly city: string | null;
        /** EUR cents. */
        readonly monthly_rate: number;
        /** EUR cents. */
        readonly setup_fee: number;
        readonly sms_enabled: boolean;
        /** Documents must be approved before the number works. */
        readonly requires_regulatory: boolean;
      };
    };
  };
  /** List invoices and credit notes. Needs the scope billing:read. */
  readonly 'GET /invoices': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'number' | '-number' | 'issued_at' | '-issued_at';
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        /** null: the platform, or an account above. */
        readonly issuer_account_id: number | null;
        readonly kind: 'invoice' | 'credit_note' | 'client_invoice';
        readonly number: string;
        readonly credits: string | null;
        readonly customer: string;
        readonly period_from: string;
        readonly period_to: string;
        readonly currency: string;
        /** Cents. */
        readonly net: number;
        /** Cents. */
        readonly tax: number;
        /** Cents. */
        readonly total: number;
        /** Millionths of the currency unit: exactly what the ledger has. */
        readonly total_micros: number;
        readonly lines: readonly {
          readonly text: string;
          readonly quantity: number;
          /** Millionths of the currency unit: exactly what the ledger has. */
          readonly amount_micros: number;
        }[];
        readonly issued_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Issue the invoice of a month, or of a month to the client who uses a trunk. Needs the scope billing:write. */
  readonly 'POST /invoices': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** 2026-11 */
      readonly month: string;
      readonly account_id?: number | string;
      readonly sip_trunk_id?: number | string;
      readonly currency?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        /** null: the platform, or an account above. */
        readonly issuer_account_id: number | null;
        readonly kind: 'invoice' | 'credit_note' | 'client_invoice';
        readonly number: string;
        readonly credits: string | null;
        readonly customer: string;
        readonly period_from: string;
        readonly period_to: string;
        readonly currency: string;
        /** Cents. */
        readonly net: number;
        /** Cents. */
        readonly tax: number;
        /** Cents. */
        readonly total: number;
        /** Millionths of the currency unit: exactly what the ledger has. */
        readonly total_micros: number;
        readonly lines: readonly {
          readonly text: string;
          readonly quantity: number;
          /** Millionths of the currency unit: exactly what the ledger has. */
          readonly amount_micros: number;
        }[];
        readonly issued_at: string;
      };
    };
  };
  /** Show an invoice. Needs the scope billing:read. */
  readonly 'GET /invoices/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        /** null: the platform, or an account above. */
        readonly issuer_account_id: number | null;
        readonly kind: 'invoice' | 'credit_note' | 'client_invoice';
        readonly number: string;
        readonly credits: string | null;
        readonly customer: string;
        readonly period_from: string;
        readonly period_to: string;
        readonly currency: string;
        /** Cents. */
        readonly net: number;
        /** Cents. */
        readonly tax: number;
        /** Cents. */
        readonly total: number;
        /** Millionths of the currency unit: exactly what the ledger has. */
        readonly total_micros: number;
        readonly lines: readonly {
          readonly text: string;
          readonly quantity: number;
          /** Millionths of the currency unit: exactly what the ledger has. */
          readonly amount_micros: number;
        }[];
        readonly issued_at: string;
      };
    };
  };
  /** Take an invoice back by a credit note. Only the operator may do this. */
  readonly 'POST /invoices/{id}/credit-note': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        /** null: the platform, or an account above. */
        readonly issuer_account_id: number | null;
        readonly kind: 'invoice' | 'credit_note' | 'client_invoice';
        readonly number: string;
        readonly credits: string | null;
        readonly customer: string;
        readonly period_from: string;
        readonly period_to: string;
        readonly currency: string;
        /** Cents. */
        readonly net: number;
        /** Cents. */
        readonly tax: number;
        /** Cents. */
        readonly total: number;
        /** Millionths of the currency unit: exactly what the ledger has. */
        readonly total_micros: number;
        readonly lines: readonly {
          readonly text: string;
          readonly quantity: number;
          /** Millionths of the currency unit: exactly what the ledger has. */
          readonly amount_micros: number;
        }[];
        readonly issued_at: string;
      };
    };
  };
  /** The invoice as PDF. Needs the scope billing:read. */
  readonly 'GET /invoices/{id}/pdf': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Verify the ledger. Only the operator may do this. */
  readonly 'GET /ledger/verify': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly sound: boolean;
        readonly entries: number;
        readonly faults: readonly string[];
      };
    };
  };
  /** List messages, in and out. Needs the scope messages:read. */
  readonly 'GET /messages': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
      readonly direction?: 'out' | 'in';
      readonly status?: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
      /** On either side. */
      readonly number?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** A carrier brings a message for a number; the same reference comes in once. Only the operator may do this. */
  readonly 'POST /messages/inbound': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** A number, or a name of up to 11 characters. */
      readonly from: string;
      readonly to: string;
      readonly body: string;
      /** The carrier's name for the message. */
      readonly reference: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** Set what one part costs: for an account, or for whoever has no price of its own. Only the operator may do this. */
  readonly 'POST /messages/prices': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly account_id?: number | string;
      /** Digits; the longest counts. */
      readonly prefix?: string;
      /** Millionths of EUR. */
      readonly price_micros: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly prefix: string;
        readonly price_micros: number;
      };
    };
  };
  /** A carrier tells what became of a message; the first receipt counts. Only the operator may do this. */
  readonly 'POST /messages/receipts': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** The carrier's name for the message. */
      readonly reference: string;
      readonly status: 'delivered' | 'failed';
      readonly reason?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** Send a message from a number with sms_enabled; charged by part. Needs the scope messages:write. */
  readonly 'POST /messages/send': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** E.164. */
      readonly from: string;
      /** E.164. */
      readonly to: string;
      readonly body: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** Show a message, and what became of it. Needs the scope messages:read. */
  readonly 'GET /messages/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** List own numbers. Needs the scope numbers:read. */
  readonly 'GET /numbers': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'number' | '-number' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      readonly status?: 'active' | 'suspended' | 'pending_regulatory' | 'released';
      readonly assigned?: boolean;
      /** Part of the number or the notes. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Search numbers that can be bought. Needs the scope numbers:read. */
  readonly 'GET /numbers/search': {
    readonly params: undefined;
    readonly query: {
      /** ISO 3166 alpha-2. */
      readonly country: string;
      readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | 'toll-free';
      readonly city?: string;
      readonly sms_enabled?: boolean;
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly number: string;
        readonly country: string;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free';
        readonly city: string | null;
        /** EUR cents. */
        readonly monthly_rate: number;
        /** EUR cents. */
        readonly setup_fee: number;
        readonly sms_enabled: boolean;
        /** Documents must be approved before the number works. */
        readonly requires_regulatory: boolean;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
      };
    };
  };
  /** Release a number; calls to it are refused at once. Needs the scope numbers:write. */
  readonly 'DELETE /numbers/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly number: string;
        readonly status: 'released';
      };
    };
  };
  /** Show a number. Needs the scope numbers:read. */
  readonly 'GET /numbers/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        /** The same as id, by the name that did-routing takes. */
        readonly did_number_id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly number: string;
        readonly block_size: number;
        readonly country: string | null;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
        readonly city: string | null;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        /** Cents. */
        readonly monthly_rate: number;
        /** Cents. */
        readonly setup_fee: number;
        readonly currency: string;
        readonly sms_enabled: boolean;
        readonly requires_regulatory: boolean;
        readonly sip_trunk_id: number | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** List orders. Needs the scope billing:read. */
  readonly 'GET /orders': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly account_id: number;
        readonly order_id: number;
        readonly status: 'pending' | 'completed' | 'failed' | 'cancelled';
        readonly currency: string;
        /** Cents: setup fees and the first month. */
        readonly total: number;
        /** At least one number waits for documents. */
        readonly requires_regulatory: boolean;
        readonly items: readonly {
          readonly did_number_id: number | null;
          readonly number: string;
          readonly country: string | null;
          readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
          /** When it was ordered: active, or pending_regulatory. */
          readonly status: string;
          /** Cents. */
          readonly setup_fee: number;
          /** Cents. */
          readonly monthly_rate: number;
          readonly requires_regulatory: boolean;
        }[];
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Show an order. Needs the scope billing:read. */
  readonly 'GET /orders/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly account_id: number;
        readonly order_id: number;
        readonly status: 'pending' | 'completed' | 'failed' | 'cancelled';
        readonly currency: string;
        /** Cents: setup fees and the first month. */
        readonly total: number;
        /** At least one number waits for documents. */
        readonly requires_regulatory: boolean;
        readonly items: readonly {
          readonly did_number_id: number | null;
          readonly number: string;
          readonly country: string | null;
          readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
          /** When it was ordered: active, or pending_regulatory. */
          readonly status: string;
          /** Cents. */
          readonly setup_fee: number;
          /** Cents. */
          readonly monthly_rate: number;
          readonly requires_regulatory: boolean;
        }[];
        readonly created_at: string;
      };
    };
  };
  /** List numbers with where they ring. Needs the scope routing:read. */
  readonly 'GET /portal/did-routing': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'number' | '-number' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      /** Integer id or uuid. */
      readonly sip_trunk_id?: string;
      readonly assigned?: boolean;
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** The id of the number. */
        readonly id: number;
        readonly did_number_id: number;
        readonly number: string;
        readonly account_id: number;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        readonly sip_trunk_id: number | null;
        readonly sip_trunk_uuid: string | null;
        readonly sip_trunk_name: string | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Assign a number to a trunk (or another destination). Needs the scope routing:write. */
  readonly 'POST /portal/did-routing': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly did_number_id?: number;
      /** E.164, instead of did_number_id. */
      readonly number?: string;
      readonly sip_trunk_id?: number | string;
      readonly sip_trunk_uuid?: string;
      readonly destination?: {
        readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
        readonly id?: number;
        readonly uri?: string;
      };
      readonly notes?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        /** The id of the number. */
        readonly id: number;
        readonly did_number_id: number;
        readonly number: string;
        readonly account_id: number;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        readonly sip_trunk_id: number | null;
        readonly sip_trunk_uuid: string | null;
        readonly sip_trunk_name: string | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly updated_at: string;
      };
    };
  };
  /** Unassign a number; it follows did_default_dest from then on. Needs the scope routing:write. */
  readonly 'DELETE /portal/did-routing/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** The id of the number. */
        readonly id: number;
        readonly did_number_id: number;
        readonly number: string;
        readonly account_id: number;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        readonly sip_trunk_id: number | null;
        readonly sip_trunk_uuid: string | null;
        readonly sip_trunk_name: string | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly updated_at: string;
      };
    };
  };
  /** Show where a number rings. Needs the scope routing:read. */
  readonly 'GET /portal/did-routing/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** The id of the number. */
        readonly id: number;
        readonly did_number_id: number;
        readonly number: string;
        readonly account_id: number;
        readonly status: 'active' | 'suspended' | 'pending_regulatory' | 'released';
        readonly sip_trunk_id: number | null;
        readonly sip_trunk_uuid: string | null;
        readonly sip_trunk_name: string | null;
        readonly destination: {
          readonly kind: 'trunk' | 'trunk_group' | 'extension' | 'uri' | 'account_default' | 'reject';
          readonly id?: number;
          readonly uri?: string;
        } | null;
        readonly notes: string;
        readonly updated_at: string;
      };
    };
  };
  /** Show the routing policies of a number. Needs the scope routing:read. */
  readonly 'GET /portal/did-routing/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      /** What routing is told of this did */
      readonly data: {
        readonly disaster?: {
          readonly trunk_id?: number;
          readonly number?: string;
          readonly uri?: string;
          readonly after_sec?: number;
          readonly caller_id?: string;
        };
        readonly location?: string;
      };
    };
  };
  /** Change the routing policies of a number; null clears one. Needs the scope routing:write. */
  readonly 'PATCH /portal/did-routing/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly disaster?: {
        readonly trunk_id?: number;
        readonly number?: string;
        readonly uri?: string;
        readonly after_sec?: number;
        readonly caller_id?: string;
      } | null;
      readonly location?: string | null;
    };
    readonly status: 200;
    readonly response: {
      /** What routing is told of this did */
      readonly data: {
        readonly disaster?: {
          readonly trunk_id?: number;
          readonly number?: string;
          readonly uri?: string;
          readonly after_sec?: number;
          readonly caller_id?: string;
        };
        readonly location?: string;
      };
    };
  };
  /** List trunks. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'username' | '-username' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      readonly status?: 'provisioning' | 'active' | 'suspended' | 'deleted';
      /** Part of the name or user name. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Create the trunk; it can register as soon as this is answered. Needs the scope trunks:write. */
  readonly 'POST /portal/sip-trunks': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly auth_type?: 'digest' | 'ip' | 'digest+ip';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      readonly max_contacts?: number;
      readonly contact_policy?: 'replace_oldest' | 'reject' | 'fork';
      readonly ruri_mode?: 'contact' | 'did' | null;
      readonly profile?: string | null;
      readonly allow_no_qop?: boolean;
      readonly sources?: readonly string[];
      readonly ip_target?: string | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly kind?: 'trunk' | 'extension' | 'dialer';
      readonly pbx?: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
      readonly account_id?: number | string;
      readonly tls_subjects?: readonly string[];
      readonly realm?: string;
      readonly username?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
        /** Told here and never again. */
        readonly password: string | null;
        readonly pbx_config?: {
          readonly pbx: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
          readonly title: string;
          /** false: put it where REPLACE_WITH_THE_PASSWORD stands. */
          readonly password_included: boolean;
          /** To copy from, at the PBX. */
          readonly text: string;
          readonly files: readonly {
            readonly name: string;
            readonly content: string;
          }[];
          readonly nat: readonly string[];
        };
      };
    };
  };
  /** Delete the trunk; its registration ends at once and its numbers become unassigned. Needs the scope trunks:write. */
  readonly 'DELETE /portal/sip-trunks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show the trunk with its registration. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      };
    };
  };
  /** Change the trunk. Needs the scope trunks:write. */
  readonly 'PATCH /portal/sip-trunks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly name?: string;
      readonly auth_type?: 'digest' | 'ip' | 'digest+ip';
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_in?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_out?: number | null;
      /** null: none of its own or inherited; 0 blocks; -1 unlimited. */
      readonly max_dialer?: number | null;
      readonly max_contacts?: number;
      readonly contact_policy?: 'replace_oldest' | 'reject' | 'fork';
      readonly ruri_mode?: 'contact' | 'did' | null;
      readonly profile?: string | null;
      readonly allow_no_qop?: boolean;
      readonly sources?: readonly string[];
      readonly ip_target?: string | null;
      /** ISO 3166 alpha-2. */
      readonly country?: string | null;
      readonly notes?: string;
      readonly status?: 'active' | 'suspended';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly kind: 'trunk' | 'extension' | 'dialer';
        readonly auth_type: 'digest' | 'ip' | 'digest+ip';
        /** What the PBX registers to; also the digest realm. */
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
        readonly max_in: number | null;
        readonly max_out: number | null;
        readonly max_dialer: number | null;
        readonly max_contacts: number;
        readonly contact_policy: 'replace_oldest' | 'reject' | 'fork';
        readonly ruri_mode: 'contact' | 'did' | null;
        readonly profile: string | null;
        readonly allow_no_qop: boolean;
        readonly sources: readonly string[];
        readonly ip_target: string | null;
        readonly country: string | null;
        readonly notes: string;
        readonly created_at: string;
        readonly updated_at: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      };
    };
  };
  /** Show the availability of the trunk by day or month. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks/{id}/availability': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      readonly by?: 'day' | 'month';
      /** A day of the account's time zone. */
      readonly from?: string;
      /** A day of the account's time zone. */
      readonly to?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        /** The account's, on whose wall clock days and months begin. */
        readonly timezone: string;
        readonly by: 'day' | 'month';
        readonly total: {
          /** Of the time seen, rounded down; null when nothing was seen. */
          readonly availability_percent: number | null;
          readonly registered_seconds: number;
          readonly offline_seconds: number;
          /** How often it went offline. */
          readonly outages: number;
          /** By why it went offline, as in registration.reason. */
          readonly offline_seconds_by_cause: Readonly<Record<string, number>>;
        };
        readonly periods: readonly {
          /** 2026-11-21 or 2026-11. */
          readonly period: string;
          readonly from: string;
          readonly until: string;
          /** Of the time seen, rounded down; null when nothing was seen. */
          readonly availability_percent: number | null;
          readonly registered_seconds: number;
          readonly offline_seconds: number;
          /** How often it went offline. */
          readonly outages: number;
          /** By why it went offline, as in registration.reason. */
          readonly offline_seconds_by_cause: Readonly<Record<string, number>>;
        }[];
      };
    };
  };
  /** List banned addresses from which REGISTERs of the trunk failed. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks/{id}/bans': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** An IPv4 address, or the /64 of an IPv6 address. */
        readonly address: string;
        readonly until: string;
        readonly reason: string;
      }[];
      readonly meta: {
        readonly total: number;
      };
    };
  };
  /** Lift the ban of an address from which REGISTERs of the trunk failed. Needs the scope trunks:write. */
  readonly 'DELETE /portal/sip-trunks/{id}/bans/{address}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
      readonly address: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly address: string;
        readonly lifted: boolean;
      };
    };
  };
  /** The PBX's configuration for this trunk: text, files, advice on routers. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks/{id}/pbx-config': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      readonly pbx?: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly pbx: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
        readonly title: string;
        /** false: put it where REPLACE_WITH_THE_PASSWORD stands. */
        readonly password_included: boolean;
        /** To copy from, at the PBX. */
        readonly text: string;
        readonly files: readonly {
          readonly name: string;
          readonly content: string;
        }[];
        readonly nat: readonly string[];
      };
    };
  };
  /** Make a new password; without overlap_seconds the trunk is disconnected at once. Needs the scope trunks:write. */
  readonly 'POST /portal/sip-trunks/{id}/regenerate-credentials': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly pbx?: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
      readonly rotate_username?: boolean;
      /** How long the old password stays good. */
      readonly overlap_seconds?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly sip_server: string;
        readonly realm: string;
        readonly username: string;
        /** Told here and never again. */
        readonly password: string | null;
        readonly pbx_config?: {
          readonly pbx: '3cx' | 'freepbx' | 'asterisk' | 'fusionpbx' | 'teams' | 'yeastar' | 'grandstream' | 'generic';
          readonly title: string;
          /** false: put it where REPLACE_WITH_THE_PASSWORD stands. */
          readonly password_included: boolean;
          /** To copy from, at the PBX. */
          readonly text: string;
          readonly files: readonly {
            readonly name: string;
            readonly content: string;
          }[];
          readonly nat: readonly string[];
        };
      };
    };
  };
  /** Show the routing policies of a trunk. Needs the scope trunks:read. */
  readonly 'GET /portal/sip-trunks/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      /** What routing is told of this trunk */
      readonly data: {
        /** The first rule that fits is applied */
        readonly dial_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly caller_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** New calls a second */
        readonly calls_per_second?: number;
        /** Prefixes (+882) and countries (KP) */
        readonly blocked?: readonly string[];
        /** Prefixes (+882) and countries (KP) */
        readonly allowed?: readonly string[];
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly disaster?: {
          readonly trunk_id?: number;
          readonly number?: string;
          readonly uri?: string;
          readonly after_sec?: number;
          readonly caller_id?: string;
        };
        readonly caller_id?: 'owned' | 'trusted';
        readonly tls_subjects?: readonly string[];
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        readonly private_media?: 'warn' | 'refuse';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly location?: string;
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** Change the routing policies of a trunk; null clears one. Needs the scope trunks:write. */
  readonly 'PATCH /portal/sip-trunks/{id}/routing-policy': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** The first rule that fits is applied */
      readonly dial_plan?: readonly ({
        readonly prefix: string;
        readonly strip: number;
        readonly add: string;
      } | {
        readonly match: string;
        readonly replace: string;
      })[] | null;
      /** The first rule that fits is applied */
      readonly caller_plan?: readonly ({
        readonly prefix: string;
        readonly strip: number;
        readonly add: string;
      } | {
        readonly match: string;
        readonly replace: string;
      })[] | null;
      /** New calls a second */
      readonly calls_per_second?: number | null;
      /** Prefixes (+882) and countries (KP) */
      readonly blocked?: readonly string[] | null;
      /** Prefixes (+882) and countries (KP) */
      readonly allowed?: readonly string[] | null;
      readonly hours?: {
        /** Such as Europe/Amsterdam */
        readonly timezone: string;
        readonly open: readonly {
          readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
          readonly from: string;
          readonly to: string;
        }[];
      } | null;
      readonly disaster?: {
        readonly trunk_id?: number;
        readonly number?: string;
        readonly uri?: string;
        readonly after_sec?: number;
        readonly caller_id?: string;
      } | null;
      readonly caller_id?: 'owned' | 'trusted' | null;
      readonly tls_subjects?: readonly string[] | null;
      readonly refer?: 'pass' | 'local' | 'reject' | null;
      readonly redirect?: 'follow' | 'reject' | null;
      readonly private_media?: 'warn' | 'refuse' | null;
      /** Headers of the INVITE that cross this side, beyond those that always do */
      readonly pass_headers?: readonly string[] | null;
      readonly location?: string | null;
      readonly attestation?: 'A' | 'B' | 'C' | null;
    };
    readonly status: 200;
    readonly response: {
      /** What routing is told of this trunk */
      readonly data: {
        /** The first rule that fits is applied */
        readonly dial_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** The first rule that fits is applied */
        readonly caller_plan?: readonly ({
          readonly prefix: string;
          readonly strip: number;
          readonly add: string;
        } | {
          readonly match: string;
          readonly replace: string;
        })[];
        /** New calls a second */
        readonly calls_per_second?: number;
        /** Prefixes (+882) and countries (KP) */
        readonly blocked?: readonly string[];
        /** Prefixes (+882) and countries (KP) */
        readonly allowed?: readonly string[];
        readonly hours?: {
          /** Such as Europe/Amsterdam */
          readonly timezone: string;
          readonly open: readonly {
            readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
            readonly from: string;
            readonly to: string;
          }[];
        };
        readonly disaster?: {
          readonly trunk_id?: number;
          readonly number?: string;
          readonly uri?: string;
          readonly after_sec?: number;
          readonly caller_id?: string;
        };
        readonly caller_id?: 'owned' | 'trusted';
        readonly tls_subjects?: readonly string[];
        readonly refer?: 'pass' | 'local' | 'reject';
        readonly redirect?: 'follow' | 'reject';
        readonly private_media?: 'warn' | 'refuse';
        /** Headers of the INVITE that cross this side, beyond those that always do */
        readonly pass_headers?: readonly string[];
        readonly location?: string;
        readonly attestation?: 'A' | 'B' | 'C';
      };
    };
  };
  /** List porting orders. Needs the scope numbers:read. */
  readonly 'GET /porting-orders': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
      readonly status?: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly numbers: readonly string[];
        readonly status: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
        readonly current_provider: string;
        /** The customer number there. */
        readonly account_number: string;
        readonly sip_trunk_id: number | null;
        /** Not before; null: as soon as it can be. */
        readonly port_on: string | null;
        /** When the numbers come, or came. */
        readonly ports_at: string | null;
        /** Why it was rejected. */
        readonly reason: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Bring numbers over from another provider; their rent begins when they are here. Needs the scope numbers:write. */
  readonly 'POST /porting-orders': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly numbers: readonly string[];
      readonly current_provider: string;
      readonly account_number: string;
      /** Kept sealed, never shown. */
      readonly pin?: string;
      /** RFC 3339, or a date. */
      readonly port_on?: string;
      readonly sip_trunk_id?: number | string;
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly numbers: readonly string[];
        readonly status: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
        readonly current_provider: string;
        /** The customer number there. */
        readonly account_number: string;
        readonly sip_trunk_id: number | null;
        /** Not before; null: as soon as it can be. */
        readonly port_on: string | null;
        /** When the numbers come, or came. */
        readonly ports_at: string | null;
        /** Why it was rejected. */
        readonly reason: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** How it stands with a porting order. Needs the scope numbers:read. */
  readonly 'GET /porting-orders/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly numbers: readonly string[];
        readonly status: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
        readonly current_provider: string;
        /** The customer number there. */
        readonly account_number: string;
        readonly sip_trunk_id: number | null;
        /** Not before; null: as soon as it can be. */
        readonly port_on: string | null;
        /** When the numbers come, or came. */
        readonly ports_at: string | null;
        /** Why it was rejected. */
        readonly reason: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Take a porting order back while the numbers have not come. Needs the scope numbers:write. */
  readonly 'POST /porting-orders/{id}/cancel': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly numbers: readonly string[];
        readonly status: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
        readonly current_provider: string;
        /** The customer number there. */
        readonly account_number: string;
        readonly sip_trunk_id: number | null;
        /** Not before; null: as soon as it can be. */
        readonly port_on: string | null;
        /** When the numbers come, or came. */
        readonly ports_at: string | null;
        /** Why it was rejected. */
        readonly reason: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Say what became of a porting order that is worked on by hand. Only the operator may do this. */
  readonly 'POST /porting-orders/{id}/decide': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** Required. */
      readonly status?: 'accepted' | 'completed' | 'rejected';
      /** RFC 3339, or a date. */
      readonly ports_at?: string;
      readonly reason?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly numbers: readonly string[];
        readonly status: 'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled';
        readonly current_provider: string;
        /** The customer number there. */
        readonly account_number: string;
        readonly sip_trunk_id: number | null;
        /** Not before; null: as soon as it can be. */
        readonly port_on: string | null;
        /** When the numbers come, or came. */
        readonly ports_at: string | null;
        /** Why it was rejected. */
        readonly reason: string | null;
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** List price lists. Needs the scope billing:read. */
  readonly 'GET /rate-decks': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** Whose revenue it makes; null: the platform. */
        readonly account_id: number | null;
        readonly name: string;
        readonly currency: string;
        readonly timezone: string;
        readonly round_to_micros: number;
        readonly bands: readonly {
          readonly name: string;
          readonly days: readonly number[];
          /** Since midnight. */
          readonly from_minute: number;
          /** At or before the start: on the next day. */
          readonly to_minute: number;
        }[];
        /** How many prices it has. */
        readonly rates: number;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Make a price list. Needs the scope billing:write. */
  readonly 'POST /rate-decks': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly currency?: string;
      readonly timezone?: string;
      readonly round_to_micros?: number;
      readonly bands?: readonly {
        readonly name: string;
        readonly days: readonly number[];
        /** Since midnight. */
        readonly from_minute: number;
        /** At or before the start: on the next day. */
        readonly to_minute: number;
      }[];
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** Whose revenue it makes; null: the platform. */
        readonly account_id: number | null;
        readonly name: string;
        readonly currency: string;
        readonly timezone: string;
        readonly round_to_micros: number;
        readonly bands: readonly {
          readonly name: string;
          readonly days: readonly number[];
          /** Since midnight. */
          readonly from_minute: number;
          /** At or before the start: on the next day. */
          readonly to_minute: number;
        }[];
        /** How many prices it has. */
        readonly rates: number;
      };
    };
  };
  /** Delete a price list that nobody pays by. Needs the scope billing:write. */
  readonly 'DELETE /rate-decks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** Whose revenue it makes; null: the platform. */
        readonly account_id: number | null;
        readonly name: string;
        readonly currency: string;
        readonly timezone: string;
        readonly round_to_micros: number;
        readonly bands: readonly {
          readonly name: string;
          readonly days: readonly number[];
          /** Since midnight. */
          readonly from_minute: number;
          /** At or before the start: on the next day. */
          readonly to_minute: number;
        }[];
        /** How many prices it has. */
        readonly rates: number;
      };
    };
  };
  /** Show a price list. Needs the scope billing:read. */
  readonly 'GET /rate-decks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** Whose revenue it makes; null: the platform. */
        readonly account_id: number | null;
        readonly name: string;
        readonly currency: string;
        readonly timezone: string;
        readonly round_to_micros: number;
        readonly bands: readonly {
          readonly name: string;
          readonly days: readonly number[];
          /** Since midnight. */
          readonly from_minute: number;
          /** At or before the start: on the next day. */
          readonly to_minute: number;
        }[];
        /** How many prices it has. */
        readonly rates: number;
      };
    };
  };
  /** Let somebody pay by a price list. Needs the scope billing:write. */
  readonly 'POST /rate-decks/{id}/assign': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly account_id?: number | string;
      readonly carrier_id?: number | string;
      /** Everybody who has no deck of an own. */
      readonly platform?: boolean;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly payers: readonly string[];
      };
    };
  };
  /** Show who pays by a price list. Needs the scope billing:read. */
  readonly 'GET /rate-decks/{id}/payers': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly payers: readonly string[];
      };
    };
  };
  /** List the prices of a price list. Needs the scope billing:read. */
  readonly 'GET /rate-decks/{id}/rates': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'prefix' | '-prefix';
      readonly prefix?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly direction: 'out' | 'in' | 'toll_free';
        readonly prefix: string;
        /** Decimal string, up to six digits after the point. */
        readonly per_minute: string;
        /** Decimal string, up to six digits after the point. */
        readonly connect_fee: string;
        /** Decimal string, up to six digits after the point. */
        readonly minimum: string;
        /** Seconds at once, then each time: 30/6. */
        readonly interval: string;
        readonly band: string;
        readonly from: string | null;
        readonly until: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add or replace prices, all or none. Needs the scope billing:write. */
  readonly 'POST /rate-decks/{id}/rates': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** With a head line; columns in docs/billing.md. */
      readonly csv?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** Whose revenue it makes; null: the platform. */
        readonly account_id: number | null;
        readonly name: string;
        readonly currency: string;
        readonly timezone: string;
        readonly round_to_micros: number;
        readonly bands: readonly {
          readonly name: string;
          readonly days: readonly number[];
          /** Since midnight. */
          readonly from_minute: number;
          /** At or before the start: on the next day. */
          readonly to_minute: number;
        }[];
        /** How many prices it has. */
        readonly rates: number;
      };
    };
  };
  /** Take a price list away from somebody. Needs the scope billing:write. */
  readonly 'POST /rate-decks/{id}/unassign': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly account_id?: number | string;
      readonly carrier_id?: number | string;
      /** Everybody who has no deck of an own. */
      readonly platform?: boolean;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly payers: readonly string[];
      };
    };
  };
  /** Rate calls again by the prices of now; the ledger gets the difference. Only the operator may do this. */
  readonly 'POST /rating/rerate': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly from: string;
      readonly to: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly calls: number;
        readonly changed: number;
      };
    };
  };
  /** List calls that wait for a price. Needs the scope billing:read. */
  readonly 'GET /rating/unrated': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly call_id: number;
        readonly call_uuid: string;
        readonly account_id: number | null;
        /** rating_service: it does not answer. */
        readonly reason: 'no_rate' | 'no_carrier_rate' | 'rating_service' | null;
        readonly tried_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** List where call records go, and how far they have got. Needs the scope webhooks:read. */
  readonly 'GET /record-streams': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, with the records of every account. */
        readonly account_id: number | null;
        readonly kind: 'http' | 'file';
        readonly url: string | null;
        readonly status: 'active' | 'paused';
        /** Records that were taken. */
        readonly sent: number;
        /** Records that it has not taken yet. */
        readonly waiting: number;
        /** In a row. */
        readonly failures: number;
        /** Why the last try failed. */
        readonly error: string | null;
        readonly next_try_at: string | null;
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Stream call records from now on, as lines of JSON; the secret of an address is shown here and never again. Needs the scope webhooks:write. */
  readonly 'POST /record-streams': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** Default http; files are for the operator. */
      readonly kind?: 'http' | 'file';
      /** https:// or http://. */
      readonly url?: string;
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, with the records of every account. */
        readonly account_id: number | null;
        readonly kind: 'http' | 'file';
        readonly url: string | null;
        readonly status: 'active' | 'paused';
        /** Records that were taken. */
        readonly sent: number;
        /** Records that it has not taken yet. */
        readonly waiting: number;
        /** In a row. */
        readonly failures: number;
        /** Why the last try failed. */
        readonly error: string | null;
        readonly next_try_at: string | null;
        readonly created_at: string;
        readonly secret: string | null;
      };
    };
  };
  /** End a stream; its files stay. Needs the scope webhooks:write. */
  readonly 'DELETE /record-streams/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show a stream, without its secret. Needs the scope webhooks:read. */
  readonly 'GET /record-streams/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, with the records of every account. */
        readonly account_id: number | null;
        readonly kind: 'http' | 'file';
        readonly url: string | null;
        readonly status: 'active' | 'paused';
        /** Records that were taken. */
        readonly sent: number;
        /** Records that it has not taken yet. */
        readonly waiting: number;
        /** In a row. */
        readonly failures: number;
        /** Why the last try failed. */
        readonly error: string | null;
        readonly next_try_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Change the address of a stream, or pause it and go on; what ends meanwhile waits 30 days. Needs the scope webhooks:write. */
  readonly 'PATCH /record-streams/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** https:// or http://. */
      readonly url?: string;
      readonly status?: 'active' | 'paused';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, with the records of every account. */
        readonly account_id: number | null;
        readonly kind: 'http' | 'file';
        readonly url: string | null;
        readonly status: 'active' | 'paused';
        /** Records that were taken. */
        readonly sent: number;
        /** Records that it has not taken yet. */
        readonly waiting: number;
        /** In a row. */
        readonly failures: number;
        /** Why the last try failed. */
        readonly error: string | null;
        readonly next_try_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** List trunks with their registration. Needs the scope trunks:read. */
  readonly 'GET /registrations': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'username' | '-username';
      readonly account_id?: string;
      readonly state?: 'never' | 'registered' | 'offline';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly username: string;
        readonly realm: string;
        readonly registration: {
          readonly state: 'never' | 'registered' | 'offline';
          readonly since: string | null;
          /** Why it is offline. */
          readonly reason: 'expired' | 'unregistered' | 'flow_closed' | 'probe_failed' | 'credentials_regenerated' | 'account_suspended' | 'trunk_deleted' | null;
          /** Why no PBX is registered, for people. */
          readonly sentence: string | null;
          /** What to do about it. */
          readonly remedy: string | null;
          /** The newest first. */
          readonly contacts: readonly {
            readonly contact: string;
            readonly source: string;
            readonly transport: string;
            readonly user_agent: string;
            readonly registered_at: string;
            readonly refreshed_at: string;
            readonly expires_at: string;
            /** Round-trip time of the last answered probe (ms). */
            readonly rtt_ms: number | null;
          }[];
          readonly user_agent: string | null;
          readonly transport: string | null;
          /** Round-trip time of the last answered probe (ms). */
          readonly rtt_ms: number | null;
          readonly expires_at: string | null;
          readonly last_failure: {
            readonly at: string;
            readonly source: string;
            readonly reason: Reason;
            /** What was sent, and what was expected. */
            readonly sentence: string;
            readonly remedy: string;
          } | null;
        };
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** List failed REGISTERs with every decision taken, newest first. Needs the scope trunks:read. */
  readonly 'GET /registrations/failures': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'at' | '-at';
      readonly trunk?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly at: string;
        readonly account_id: number | null;
        readonly trunk_id: number | null;
        readonly realm: string;
        readonly username: string;
        readonly source: string;
        readonly transport: string;
        readonly user_agent: string;
        readonly call_id: string;
        readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
        readonly reason: Reason;
        readonly sentence: string;
        readonly remedy: string;
        readonly trace: readonly {
          readonly step: string;
          readonly saw: string;
          readonly decided: string;
        }[];
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** List documents. Needs the scope numbers:read. */
  readonly 'GET /regulatory/documents': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly kind: string;
        /** By its content. */
        readonly media_type: string;
        readonly file_name: string;
        readonly size_bytes: number;
        readonly sha256: string;
        /** null while a submission with it waits for a decision. */
        readonly deletes_at: string | null;
        /** Since then its content is gone. */
        readonly deleted_at: string | null;
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Upload a document: a form with kind and file, or JSON. Needs the scope numbers:write. */
  readonly 'POST /regulatory/documents': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** As /regulatory/requirements names it. */
      readonly kind: 'identity' | 'company_extract' | 'address_proof' | 'local_address_proof';
      readonly file: {
        /** A label; what the file is, its content says. */
        readonly name?: string;
        /** Must be what the content is, when given. */
        readonly media_type?: string;
        /** Base64 in JSON; in a form the file itself. */
        readonly content: string;
      };
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly kind: string;
        /** By its content. */
        readonly media_type: string;
        readonly file_name: string;
        readonly size_bytes: number;
        readonly sha256: string;
        /** null while a submission with it waits for a decision. */
        readonly deletes_at: string | null;
        /** Since then its content is gone. */
        readonly deleted_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Delete the content of a document now. Needs the scope numbers:write. */
  readonly 'DELETE /regulatory/documents/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly kind: string;
        /** By its content. */
        readonly media_type: string;
        readonly file_name: string;
        readonly size_bytes: number;
        readonly sha256: string;
        /** null while a submission with it waits for a decision. */
        readonly deletes_at: string | null;
        /** Since then its content is gone. */
        readonly deleted_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Show a document, without its content. Needs the scope numbers:read. */
  readonly 'GET /regulatory/documents/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly kind: string;
        /** By its content. */
        readonly media_type: string;
        readonly file_name: string;
        readonly size_bytes: number;
        readonly sha256: string;
        /** null while a submission with it waits for a decision. */
        readonly deletes_at: string | null;
        /** Since then its content is gone. */
        readonly deleted_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** The document as it was sent; every look is in the audit log. Needs the scope numbers:write. */
  readonly 'GET /regulatory/documents/{id}/content': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Which documents numbers of a country wait for, by type. Needs the scope numbers:read. */
  readonly 'GET /regulatory/requirements': {
    readonly params: undefined;
    readonly query: {
      /** ISO 3166 alpha-2. */
      readonly country: string;
      readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | 'toll-free';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly country: string;
        readonly type: 'local' | 'national' | 'mobile' | 'toll_free';
        /** Numbers of it wait for documents. */
        readonly requires_regulatory: boolean;
        readonly documents: readonly {
          /** As /regulatory/documents and /regulatory/submit take it. */
          readonly kind: 'identity' | 'company_extract' | 'address_proof' | 'local_address_proof';
          readonly name: string;
          readonly description: string;
          readonly media_types: readonly string[];
          readonly max_bytes: number;
        }[];
      }[];
    };
  };
  /** List what was submitted. Needs the scope numbers:read. */
  readonly 'GET /regulatory/submissions': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
      readonly status?: 'pending' | 'approved' | 'rejected';
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** How it stands with a submission. Needs the scope numbers:read. */
  readonly 'GET /regulatory/submissions/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      };
    };
  };
  /** The documents are accepted; their numbers go live. Only the operator may do this. */
  readonly 'POST /regulatory/submissions/{id}/approve': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      };
    };
  };
  /** The documents are not accepted; their numbers wait on. Only the operator may do this. */
  readonly 'POST /regulatory/submissions/{id}/reject': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** Required; the owner is told. */
      readonly reason?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      };
    };
  };
  /** Hand documents in for numbers that wait for them; also as /api/regulatory/submit. Needs the scope numbers:write. */
  readonly 'POST /regulatory/submit': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** E.164, or a list of numbers of one account. */
      readonly number?: string | readonly string[];
      /** The same by id. */
      readonly did_number_id?: number | string | readonly (number | string)[];
      /** Ids of documents that were uploaded before. */
      readonly documents?: number | string | readonly (number | string)[];
      readonly identity?: {
        /** A label; what the file is, its content says. */
        readonly name?: string;
        /** Must be what the content is, when given. */
        readonly media_type?: string;
        /** Base64 in JSON; in a form the file itself. */
        readonly content: string;
      };
      readonly company_extract?: {
        /** A label; what the file is, its content says. */
        readonly name?: string;
        /** Must be what the content is, when given. */
        readonly media_type?: string;
        /** Base64 in JSON; in a form the file itself. */
        readonly content: string;
      };
      readonly address_proof?: {
        /** A label; what the file is, its content says. */
        readonly name?: string;
        /** Must be what the content is, when given. */
        readonly media_type?: string;
        /** Base64 in JSON; in a form the file itself. */
        readonly content: string;
      };
      readonly local_address_proof?: {
        /** A label; what the file is, its content says. */
        readonly name?: string;
        /** Must be what the content is, when given. */
        readonly media_type?: string;
        /** Base64 in JSON; in a form the file itself. */
        readonly content: string;
      };
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      };
    };
  };
  /** Run a call through the real routing steps without placing it. Needs the scope routing:read. */
  readonly 'GET /route': {
    readonly params: undefined;
    readonly query: {
      readonly from: string;
      readonly to: string;
      /** Source address; default a carrier. */
      readonly source?: string;
      /** The trunk that calls out: integer id, uuid or name. */
      readonly trunk?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
      readonly reason: Reason;
      readonly sentence: string;
      readonly remedy: string;
      readonly steps: readonly {
        readonly step: string;
        readonly saw: string;
        readonly decided: string;
      }[];
      readonly data: {
        readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
        readonly reason: Reason;
        readonly sentence: string;
        readonly remedy: string;
        readonly steps: readonly {
          readonly step: string;
          readonly saw: string;
          readonly decided: string;
        }[];
      };
    };
  };
  /** Run a call through the real routing steps without placing it. Needs the scope routing:read. */
  readonly 'GET /routing/explain': {
    readonly params: undefined;
    readonly query: {
      readonly from: string;
      readonly to: string;
      /** Source address; default a carrier. */
      readonly source?: string;
      /** The trunk that calls out: integer id, uuid or name. */
      readonly trunk?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
      readonly reason: Reason;
      readonly sentence: string;
      readonly remedy: string;
      readonly steps: readonly {
        readonly step: string;
        readonly saw: string;
        readonly decided: string;
      }[];
      readonly data: {
        readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
        readonly reason: Reason;
        readonly sentence: string;
        readonly remedy: string;
        readonly steps: readonly {
          readonly step: string;
          readonly saw: string;
          readonly decided: string;
        }[];
      };
    };
  };
  /** Run call tests with the tenants as they are, without placing a call. Needs the scope routing:read. */
  readonly 'POST /routing/tests': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** YAML: didfarm call tests. */
      readonly tests: string;
      /** For messages: the name of the file. */
      readonly name?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly passed: number;
        readonly failed: number;
        readonly skipped: number;
        readonly cases: readonly {
          readonly name: string;
          readonly line: number;
          readonly column: number;
          readonly state: 'passed' | 'failed' | 'skipped';
          readonly mismatches: readonly {
            readonly field: string;
            readonly expected: string;
            readonly got: string;
          }[];
          readonly got: {
            readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
            readonly reason: Reason;
            /** 200 when it would ring. */
            readonly status: number;
            /** In the order they are tried. */
            readonly places: readonly {
              readonly kind: 'trunk' | 'carrier' | 'uri';
              readonly name: string;
              readonly account: string | null;
              readonly uuid: string | null;
              readonly targets: readonly string[];
            }[];
            readonly caller_id: string | null;
            readonly called: string | null;
            readonly direction: 'in' | 'out' | 'internal' | null;
            readonly emergency: boolean;
          } | null;
          readonly decided: {
            readonly step: string;
            readonly saw: string;
            readonly decided: string;
          } | null;
          readonly sentence: string;
          readonly remedy: string;
          readonly steps: readonly {
            readonly step: string;
            readonly saw: string;
            readonly decided: string;
          }[];
          /** Who calls, those of given.calls first. */
          readonly callers: readonly {
            readonly trunk: string | null;
            readonly source: string;
          }[];
          /** Where the calls of given.calls may go. */
          readonly given_places: readonly {
            readonly kind: 'trunk' | 'carrier' | 'uri';
            readonly name: string;
            readonly account: string | null;
            readonly uuid: string | null;
            readonly targets: readonly string[];
          }[];
        }[];
      };
    };
  };
  /** The JSON Schema of call tests, for editors. Every valid key may do this. */
  readonly 'GET /routing/tests/schema': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Place a call from the simulated carrier, or from a simulated PBX; answered when the call is over. Needs the scope calls:write. */
  readonly 'POST /sandbox/calls': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly from?: string;
      readonly to: string;
      /** A simulated PBX calls out. */
      readonly pbx?: number;
      /** Default 100. */
      readonly talk_ms?: number;
      /** Default 3000. */
      readonly patience_ms?: number;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        /** The final SIP status; 487 when the caller gave up. */
        readonly status: number;
        readonly phrase: string;
        /** Simulated PBXes that rang, by id. */
        readonly rang: readonly number[];
        readonly call: {
          readonly id: number;
          readonly uuid: string;
          readonly account_id: number | null;
          readonly trunk_id: number | null;
          readonly did_id: number | null;
          readonly direction: 'in' | 'out' | 'internal';
          readonly from: string;
          readonly to: string;
          readonly started_at: string;
          readonly answered_at: string | null;
          readonly ended_at: string | null;
          /** From answer to end. */
          readonly duration_ms: number | null;
          readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate' | null;
          readonly reason: Reason | null;
          /** The final SIP status, 0 while there is none. */
          readonly status: number;
          readonly sentence: string;
          readonly hung_up_by: 'caller' | 'callee' | 'server' | null;
          readonly legs: readonly {
            /** a: the caller. b: the called side. */
            readonly side: 'a' | 'b';
            readonly call_id: string;
            readonly remote: string;
            readonly contact: string;
          }[];
        } | null;
      };
    };
  };
  /** What time it is in the test world, and what is due next. Every valid key may do this. */
  readonly 'GET /sandbox/clock': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** RFC 3339, UTC. */
        readonly now: string;
        /** When the test world began, by its own clock. */
        readonly started_at: string;
        /** What is due next; null: nothing ever. */
        readonly next: {
          readonly work: string;
          /** RFC 3339, UTC. */
          readonly at: string;
        } | null;
      };
    };
  };
  /** Move the clock of the test world ahead; what is due on the way is done, each at its time. Needs the scope admin. */
  readonly 'POST /sandbox/clock/advance': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly seconds?: number;
      readonly days?: number;
      /** RFC 3339; at most 400 days ahead. */
      readonly to?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** RFC 3339, UTC. */
        readonly from: string;
        /** RFC 3339, UTC. */
        readonly now: string;
        /** false: it took too long; ask again to go on from `now`. */
        readonly reached: boolean;
        /** How often each kind of work was due. */
        readonly work: Readonly<Record<string, number>>;
        readonly total_events: number;
        readonly events: readonly {
          readonly id: string;
          readonly event: string;
          /** RFC 3339, UTC. */
          readonly at: string;
          readonly data: object;
        }[];
      };
    };
  };
  /** Somebody sends a message to a number of the test world. Needs the scope messages:write. */
  readonly 'POST /sandbox/messages': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly from: string;
      readonly to: string;
      readonly body: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly direction: 'out' | 'in';
        readonly from: string;
        readonly to: string;
        /** Empty once it was deleted, 90 days later. */
        readonly body: string;
        readonly encoding: 'GSM-7' | 'UCS-2';
        /** Parts; each is charged. */
        readonly segments: number;
        readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
        /** Why it failed. */
        readonly reason: string | null;
        /** Cents, rounded; price_micros is exact. */
        readonly price: number;
        /** Millionths of the currency. */
        readonly price_micros: number;
        readonly currency: string;
        /** How far what came in has got on its way to the PBX of the number; null: it goes to none. */
        readonly pbx: {
          readonly status: 'pending' | 'delivered' | 'failed';
          /** What the PBX answered last. */
          readonly sip_status: number | null;
          readonly attempts: number;
          /** trunk_offline, pbx_unreachable or message_refused. */
          readonly reason: string | null;
          readonly finished_at: string | null;
        } | null;
        readonly created_at: string;
        readonly sent_at: string | null;
        readonly finished_at: string | null;
      };
    };
  };
  /** List the simulated PBXes. Needs the scope trunks:read. */
  readonly 'GET /sandbox/pbx': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        readonly username: string;
        readonly realm: string;
        /** answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603. */
        readonly behaviour: 'answer' | 'busy' | 'no_answer' | 'reject';
        readonly registered: boolean;
        /** The final SIP status of its REGISTER; 0: no answer. */
        readonly register_status: number;
        /** The numbers that were called here, oldest first. */
        readonly rang: readonly string[];
        /** Messages that were brought here, oldest first. */
        readonly received: readonly {
          readonly from: string;
          readonly body: string;
        }[];
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Have a simulated PBX register on a trunk. Needs the scope trunks:write. */
  readonly 'POST /sandbox/pbx': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly trunk: number | string;
      /** answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603. */
      readonly behaviour?: 'answer' | 'busy' | 'no_answer' | 'reject';
      /** What it registers with. Default: the trunk's own. */
      readonly password?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        readonly username: string;
        readonly realm: string;
        /** answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603. */
        readonly behaviour: 'answer' | 'busy' | 'no_answer' | 'reject';
        readonly registered: boolean;
        /** The final SIP status of its REGISTER; 0: no answer. */
        readonly register_status: number;
        /** The numbers that were called here, oldest first. */
        readonly rang: readonly string[];
        /** Messages that were brought here, oldest first. */
        readonly received: readonly {
          readonly from: string;
          readonly body: string;
        }[];
      };
    };
  };
  /** Have a simulated PBX unregister. Needs the scope trunks:write. */
  readonly 'DELETE /sandbox/pbx/{id}': {
    readonly params: {
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
      };
    };
  };
  /** Have a simulated PBX meet calls in another way. Needs the scope trunks:write. */
  readonly 'PATCH /sandbox/pbx/{id}': {
    readonly params: {
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603. */
      readonly behaviour: 'answer' | 'busy' | 'no_answer' | 'reject';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly trunk_id: number;
        readonly trunk_uuid: string;
        readonly username: string;
        readonly realm: string;
        /** answer: 180 and 200; busy: 486; no_answer: 180 and nothing more; reject: 603. */
        readonly behaviour: 'answer' | 'busy' | 'no_answer' | 'reject';
        readonly registered: boolean;
        /** The final SIP status of its REGISTER; 0: no answer. */
        readonly register_status: number;
        /** The numbers that were called here, oldest first. */
        readonly rang: readonly string[];
        /** Messages that were brought here, oldest first. */
        readonly received: readonly {
          readonly from: string;
          readonly body: string;
        }[];
      };
    };
  };
  /** Have the simulated regulator decide about a submission now. Needs the scope numbers:write. */
  readonly 'POST /sandbox/regulatory/{id}/decision': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly status: 'approved' | 'rejected';
      readonly reason?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly status: 'pending' | 'approved' | 'rejected';
        /** What is wrong, when it is rejected. */
        readonly reason: string | null;
        readonly numbers: readonly {
          readonly did_number_id: number;
          readonly number: string;
        }[];
        readonly documents: readonly {
          readonly id: number;
          readonly kind: string;
        }[];
        /** The carrier has the documents. */
        readonly with_carrier: boolean;
        readonly created_at: string;
        readonly decided_at: string | null;
      };
    };
  };
  /** End the test world; the next request begins a new one. Needs the scope admin. */
  readonly 'POST /sandbox/reset': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly reset: boolean;
      };
    };
  };
  /** Put test money into a wallet, or take it out. Needs the scope billing:write. */
  readonly 'POST /sandbox/wallet': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** Signed cents; a wallet is never taken below nothing. */
      readonly amount: number;
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly account_id: number;
        /** Cents. */
        readonly balance: number;
      };
    };
  };
  /** List SIP domains. Needs the scope accounts:read. */
  readonly 'GET /sip-domains': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'domain' | '-domain' | 'created_at' | '-created_at';
      readonly account_id?: string;
      /** Part of the domain. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly domain: string;
        /** null: what the platform offers. */
        readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
        /** null: nobody has shown yet that it is theirs. */
        readonly verified_at: string | null;
        /** The DNS record that shows it. */
        readonly verification: {
          readonly type: string;
          readonly name: string;
          readonly value: string;
        };
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add a SIP domain; where ownership is checked, trunks can use it after POST …/verify, else at once. Needs the scope accounts:write. */
  readonly 'POST /sip-domains': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly domain: string;
      readonly account_id?: number | string;
      readonly digest_algorithms?: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[];
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly domain: string;
        /** null: what the platform offers. */
        readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
        /** null: nobody has shown yet that it is theirs. */
        readonly verified_at: string | null;
        /** The DNS record that shows it. */
        readonly verification: {
          readonly type: string;
          readonly name: string;
          readonly value: string;
        };
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Remove a SIP domain that no trunk uses. Needs the scope accounts:write. */
  readonly 'DELETE /sip-domains/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show a SIP domain. Needs the scope accounts:read. */
  readonly 'GET /sip-domains/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly domain: string;
        /** null: what the platform offers. */
        readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
        /** null: nobody has shown yet that it is theirs. */
        readonly verified_at: string | null;
        /** The DNS record that shows it. */
        readonly verification: {
          readonly type: string;
          readonly name: string;
          readonly value: string;
        };
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Change which digests a SIP domain offers, and in which order. Needs the scope accounts:write. */
  readonly 'PATCH /sip-domains/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly domain: string;
        /** null: what the platform offers. */
        readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
        /** null: nobody has shown yet that it is theirs. */
        readonly verified_at: string | null;
        /** The DNS record that shows it. */
        readonly verification: {
          readonly type: string;
          readonly name: string;
          readonly value: string;
        };
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Look up the DNS record that shows whose the domain is. Needs the scope accounts:write. */
  readonly 'POST /sip-domains/{id}/verify': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly domain: string;
        /** null: what the platform offers. */
        readonly digest_algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[] | null;
        /** null: nobody has shown yet that it is theirs. */
        readonly verified_at: string | null;
        /** The DNS record that shows it. */
        readonly verification: {
          readonly type: string;
          readonly name: string;
          readonly value: string;
        };
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** The file that was applied last, or so many applies before. Needs the scope admin. */
  readonly 'GET /tenant-files/applied': {
    readonly params: undefined;
    readonly query: {
      /** 0: the last. Default 0. */
      readonly back?: number;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly yaml: string;
        readonly name: string;
        readonly actor: string;
        readonly changes: number;
        readonly applied_at: string;
      };
    };
  };
  /** Do what a tenant file says, all or nothing. Needs the scope admin. */
  readonly 'POST /tenant-files/apply': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly yaml: string;
      /** For messages: the name of the file. */
      readonly name?: string;
      /** What env:NAME and file:PATH in the file stand for. Nothing is read on the server. */
      readonly secrets?: Readonly<Record<string, string>>;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** `no changes` when nothing would change. */
        readonly text: string;
        readonly changes: readonly {
          readonly action: 'create' | 'update' | 'delete';
          readonly resource: 'account' | 'sip_domain' | 'trunk' | 'trunk_group' | 'did' | 'carrier' | 'routing_policy' | 'record_stream';
          readonly account: string;
          readonly name: string;
          readonly id: number;
          readonly fields: readonly {
            readonly field: string;
            readonly from: unknown;
            readonly to: unknown;
          }[];
        }[];
        readonly effects: {
          readonly unregistered: number;
          readonly rerouted: number;
        };
        readonly credentials: readonly {
          readonly account: string;
          readonly trunk: string;
          readonly uuid: string;
          readonly realm: string;
          readonly username: string;
          /** Told here and never again. */
          readonly password: string;
        }[];
      };
    };
  };
  /** The tenant file that says what there is, without secrets. Needs the scope admin. */
  readonly 'GET /tenant-files/export': {
    readonly params: undefined;
    readonly query: {
      readonly account?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly yaml: string;
      };
    };
  };
  /** What a tenant file would change. Needs the scope admin. */
  readonly 'POST /tenant-files/plan': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly yaml: string;
      /** For messages: the name of the file. */
      readonly name?: string;
      /** What env:NAME and file:PATH in the file stand for. Nothing is read on the server. */
      readonly secrets?: Readonly<Record<string, string>>;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        /** `no changes` when nothing would change. */
        readonly text: string;
        readonly changes: readonly {
          readonly action: 'create' | 'update' | 'delete';
          readonly resource: 'account' | 'sip_domain' | 'trunk' | 'trunk_group' | 'did' | 'carrier' | 'routing_policy' | 'record_stream';
          readonly account: string;
          readonly name: string;
          readonly id: number;
          readonly fields: readonly {
            readonly field: string;
            readonly from: unknown;
            readonly to: unknown;
          }[];
        }[];
        readonly effects: {
          readonly unregistered: number;
          readonly rerouted: number;
        };
      };
    };
  };
  /** How far the plan or apply is that this caller has under way; null when there is none. Needs the scope admin. */
  readonly 'GET /tenant-files/progress': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly work: 'plan' | 'apply';
        readonly done: number;
        /** Trunks and numbers in the file. */
        readonly total: number;
      } | null;
    };
  };
  /** Which recorded calls would end otherwise with a tenant file; nothing is applied. Needs the scope admin. */
  readonly 'POST /tenant-files/replay': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly yaml: string;
      /** For messages: the name of the file. */
      readonly name?: string;
      /** What env:NAME and file:PATH in the file stand for. Nothing is read on the server. */
      readonly secrets?: Readonly<Record<string, string>>;
      /** The last so many. Default 24. */
      readonly hours?: number;
      /** A time (RFC 3339), in the place of hours. */
      readonly from?: string;
      /** Default now. */
      readonly to?: string;
      /** So many are listed; all are counted. Default 1000. */
      readonly limit?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly plan: string;
        readonly from: string;
        readonly to: string;
        readonly replayed: number;
        readonly same: number;
        readonly different: number;
        /** Their record does not say who called. */
        readonly left_out: number;
        /** They were refused, or let in, otherwise than today. */
        readonly recorded_otherwise: number;
        readonly kinds: readonly {
          readonly before: string;
          readonly after: string;
          readonly calls: number;
        }[];
        readonly changes: readonly {
          /** The uuid of the call. */
          readonly call: string;
          readonly started_at: string;
          readonly from: string;
          readonly to: string;
          /** The reason that it ended with then. */
          readonly recorded: string | null;
          readonly before: string;
          readonly after: string;
          /** The step that decides otherwise. */
          readonly why: string;
        }[];
      };
    };
  };
  /** The JSON Schema of tenant files, for editors. Every valid key may do this. */
  readonly 'GET /tenant-files/schema': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: unknown;
  };
  /** Run call tests with what a tenant file would make of the tenants; nothing is applied. Needs the scope admin. */
  readonly 'POST /tenant-files/test': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly yaml: string;
      /** For messages: the name of the file. */
      readonly name?: string;
      /** What env:NAME and file:PATH in the file stand for. Nothing is read on the server. */
      readonly secrets?: Readonly<Record<string, string>>;
      /** YAML: didfarm call tests. */
      readonly tests: string;
      /** For messages: the name of the file. */
      readonly tests_name?: string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly plan: string;
        readonly passed: number;
        readonly failed: number;
        readonly skipped: number;
        readonly cases: readonly {
          readonly name: string;
          readonly line: number;
          readonly column: number;
          readonly state: 'passed' | 'failed' | 'skipped';
          readonly mismatches: readonly {
            readonly field: string;
            readonly expected: string;
            readonly got: string;
          }[];
          readonly got: {
            readonly result: 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';
            readonly reason: Reason;
            /** 200 when it would ring. */
            readonly status: number;
            /** In the order they are tried. */
            readonly places: readonly {
              readonly kind: 'trunk' | 'carrier' | 'uri';
              readonly name: string;
              readonly account: string | null;
              readonly uuid: string | null;
              readonly targets: readonly string[];
            }[];
            readonly caller_id: string | null;
            readonly called: string | null;
            readonly direction: 'in' | 'out' | 'internal' | null;
            readonly emergency: boolean;
          } | null;
          readonly decided: {
            readonly step: string;
            readonly saw: string;
            readonly decided: string;
          } | null;
          readonly sentence: string;
          readonly remedy: string;
          readonly steps: readonly {
            readonly step: string;
            readonly saw: string;
            readonly decided: string;
          }[];
          /** Who calls, those of given.calls first. */
          readonly callers: readonly {
            readonly trunk: string | null;
            readonly source: string;
          }[];
          /** Where the calls of given.calls may go. */
          readonly given_places: readonly {
            readonly kind: 'trunk' | 'carrier' | 'uri';
            readonly name: string;
            readonly account: string | null;
            readonly uuid: string | null;
            readonly targets: readonly string[];
          }[];
        }[];
      };
    };
  };
  /** List trunk groups. Needs the scope trunks:read. */
  readonly 'GET /trunk-groups': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      /** Part of the name. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly strategy: 'priority' | 'round_robin';
        readonly members: readonly {
          readonly sip_trunk_id: number;
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Create a trunk group. Needs the scope trunks:write. */
  readonly 'POST /trunk-groups': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly name: string;
      readonly strategy?: 'priority' | 'round_robin';
      readonly members?: readonly {
        readonly sip_trunk_id: number;
        /** Lower is tried first. Default 1. */
        readonly priority?: number;
        /** Share among equal priorities. Default 1. */
        readonly weight?: number;
      }[];
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly strategy: 'priority' | 'round_robin';
        readonly members: readonly {
          readonly sip_trunk_id: number;
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Delete a trunk group; its numbers become unassigned. Needs the scope trunks:write. */
  readonly 'DELETE /trunk-groups/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show a trunk group. Needs the scope trunks:read. */
  readonly 'GET /trunk-groups/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly strategy: 'priority' | 'round_robin';
        readonly members: readonly {
          readonly sip_trunk_id: number;
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Change a trunk group; members are replaced as a whole. Needs the scope trunks:write. */
  readonly 'PATCH /trunk-groups/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly name?: string;
      readonly strategy?: 'priority' | 'round_robin';
      readonly members?: readonly {
        readonly sip_trunk_id: number;
        /** Lower is tried first. Default 1. */
        readonly priority?: number;
        /** Share among equal priorities. Default 1. */
        readonly weight?: number;
      }[];
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly account_id: number;
        readonly name: string;
        readonly strategy: 'priority' | 'round_robin';
        readonly members: readonly {
          readonly sip_trunk_id: number;
          readonly priority: number;
          readonly weight: number;
        }[];
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** List people. Needs the scope admin. */
  readonly 'GET /users': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'name' | '-name' | 'email' | '-email' | 'created_at' | '-created_at' | 'updated_at' | '-updated_at';
      readonly account_id?: string;
      /** Part of the name or of the address. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** null: one of the operator's people. */
        readonly account_id: number | null;
        readonly email: string;
        readonly name: string;
        /** A set of scopes. */
        readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
        /** What the role may do. */
        readonly scopes: readonly string[];
        readonly status: 'active' | 'suspended' | 'deleted';
        readonly created_at: string;
        readonly updated_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add a person with a role. Needs the scope admin. */
  readonly 'POST /users': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly email: string;
      readonly name: string;
      /** A set of scopes. */
      readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: one of the operator's people. */
        readonly account_id: number | null;
        readonly email: string;
        readonly name: string;
        /** A set of scopes. */
        readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
        /** What the role may do. */
        readonly scopes: readonly string[];
        readonly status: 'active' | 'suspended' | 'deleted';
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Remove a person. Needs the scope admin. */
  readonly 'DELETE /users/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show a person. Needs the scope admin. */
  readonly 'GET /users/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: one of the operator's people. */
        readonly account_id: number | null;
        readonly email: string;
        readonly name: string;
        /** A set of scopes. */
        readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
        /** What the role may do. */
        readonly scopes: readonly string[];
        readonly status: 'active' | 'suspended' | 'deleted';
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Change a person, or suspend one. Needs the scope admin. */
  readonly 'PATCH /users/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly email?: string;
      readonly name?: string;
      /** A set of scopes. */
      readonly role?: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
      readonly status?: 'active' | 'suspended';
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: one of the operator's people. */
        readonly account_id: number | null;
        readonly email: string;
        readonly name: string;
        /** A set of scopes. */
        readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
        /** What the role may do. */
        readonly scopes: readonly string[];
        readonly status: 'active' | 'suspended' | 'deleted';
        readonly created_at: string;
        readonly updated_at: string;
      };
    };
  };
  /** Show the balance. Needs the scope billing:read. */
  readonly 'GET /wallet/balance': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
      readonly currency?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      /** Two decimals. */
      readonly balance: string;
      readonly currency: string;
      readonly balance_cents: number;
    };
  };
  /** Show the balance in every currency that was ever paid or charged. Needs the scope billing:read. */
  readonly 'GET /wallet/balances': {
    readonly params: undefined;
    readonly query: {
      /** Default: the account acted in. */
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        /** Two decimals. */
        readonly balance: string;
        readonly currency: string;
        readonly balance_cents: number;
      }[];
    };
  };
  /** Buy numbers; all of them, or none and no debit. Needs the scope numbers:write. */
  readonly 'POST /wallet/checkout': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly items: readonly {
        /** As the search gives it. */
        readonly number: string;
        /** ISO 3166 alpha-2. */
        readonly country?: string;
        readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | 'toll-free';
      }[];
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly order_id: number;
        readonly status: 'pending' | 'completed' | 'failed' | 'cancelled';
        readonly currency: string;
        /** Cents: setup fees and the first month. */
        readonly total: number;
        /** At least one number waits for documents. */
        readonly requires_regulatory: boolean;
        readonly items: readonly {
          readonly did_number_id: number | null;
          readonly number: string;
          readonly country: string | null;
          readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
          /** When it was ordered: active, or pending_regulatory. */
          readonly status: string;
          /** Cents. */
          readonly setup_fee: number;
          /** Cents. */
          readonly monthly_rate: number;
          readonly requires_regulatory: boolean;
        }[];
      };
    };
  };
  /** What a cart would cost; nothing is bought. Needs the scope numbers:read. */
  readonly 'POST /wallet/quote': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly items: readonly {
        /** As the search gives it. */
        readonly number: string;
        /** ISO 3166 alpha-2. */
        readonly country?: string;
        readonly type?: 'local' | 'national' | 'mobile' | 'toll_free' | 'toll-free';
      }[];
      readonly account_id?: number | string;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly currency: string;
        /** Cents: setup fees and the first month. */
        readonly total: number;
        /** Cents. */
        readonly monthly_total: number;
        readonly balance: string;
        /** The wallet, with its credit, pays for it now. */
        readonly affordable: boolean;
        readonly items: readonly {
          readonly number: string;
          readonly country: string | null;
          readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
          /** When it was ordered: active, or pending_regulatory. */
          readonly status: string;
          /** Cents. */
          readonly setup_fee: number;
          /** Cents. */
          readonly monthly_rate: number;
          readonly requires_regulatory: boolean;
        }[];
      };
    };
  };
  /** List payments. Needs the scope billing:read. */
  readonly 'GET /wallet/top-ups': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly account_id: number;
        /** Cents; what was paid, once it was. */
        readonly amount: number;
        readonly currency: string;
        readonly status: 'pending' | 'succeeded' | 'failed';
        readonly provider: string;
        readonly provider_reference: string;
        /** Where a person pays. */
        readonly url: string | null;
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Begin a payment into a wallet. Needs the scope billing:write. */
  readonly 'POST /wallet/top-ups': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** Cents. */
      readonly amount: number;
      readonly currency?: string;
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly account_id: number;
        /** Cents; what was paid, once it was. */
        readonly amount: number;
        readonly currency: string;
        readonly status: 'pending' | 'succeeded' | 'failed';
        readonly provider: string;
        readonly provider_reference: string;
        /** Where a person pays. */
        readonly url: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Show how a payment stands. Needs the scope billing:read. */
  readonly 'GET /wallet/top-ups/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly account_id: number;
        /** Cents; what was paid, once it was. */
        readonly amount: number;
        readonly currency: string;
        readonly status: 'pending' | 'succeeded' | 'failed';
        readonly provider: string;
        readonly provider_reference: string;
        /** Where a person pays. */
        readonly url: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Add money to a wallet, or take it away. Only the operator may do this. */
  readonly 'POST /wallet/topups': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly account_id: number | string;
      /** Signed cents, not 0. */
      readonly amount: number;
      readonly currency?: string;
      readonly note?: string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly account_id: number;
        /** Signed cents. */
        readonly amount: number;
        /** Cents. */
        readonly balance_after: number;
        readonly currency: string;
        readonly reference_type: 'order' | 'number' | 'trunk' | 'call' | 'message' | 'topup' | 'refund' | 'adjustment' | 'invoice';
        readonly reference_id: number | null;
        readonly kind: 'topup' | 'charge' | 'refund' | 'adjustment' | 'hold' | 'capture' | 'release';
        /** The trunk at the time of the charge. */
        readonly trunk_uuid: string | null;
        readonly note: string;
        readonly created_at: string;
      };
    };
  };
  /** List what was charged and paid in. Needs the scope billing:read. */
  readonly 'GET /wallet/transactions': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      /** Default: the account acted in. */
      readonly account_id?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly account_id: number;
        /** Signed cents. */
        readonly amount: number;
        /** Cents. */
        readonly balance_after: number;
        readonly currency: string;
        readonly reference_type: 'order' | 'number' | 'trunk' | 'call' | 'message' | 'topup' | 'refund' | 'adjustment' | 'invoice';
        readonly reference_id: number | null;
        readonly kind: 'topup' | 'charge' | 'refund' | 'adjustment' | 'hold' | 'capture' | 'release';
        /** The trunk at the time of the charge. */
        readonly trunk_uuid: string | null;
        readonly note: string;
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** List endpoints. Needs the scope webhooks:read. */
  readonly 'GET /webhooks': {
    readonly params: undefined;
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'url' | '-url' | 'created_at' | '-created_at';
      readonly account_id?: string;
      /** Part of the address. */
      readonly search?: string;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, for every account. */
        readonly account_id: number | null;
        readonly url: string;
        readonly events: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
        /** false: nothing is sent. */
        readonly enabled: boolean;
        /** Switched off by hand, or the endpoint answered 410 Gone. */
        readonly disabled_reason: string | null;
        /** Until then the old secret signs, and the new one beside it. */
        readonly secret_rotates_at: string | null;
        readonly created_at: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** Add an endpoint; its secret is shown here and never again. Needs the scope webhooks:write. */
  readonly 'POST /webhooks': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      /** https:// or http://. */
      readonly url: string;
      readonly events?: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
      readonly account_id?: number | string;
    };
    readonly status: 201;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, for every account. */
        readonly account_id: number | null;
        readonly url: string;
        readonly events: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
        /** false: nothing is sent. */
        readonly enabled: boolean;
        /** Switched off by hand, or the endpoint answered 410 Gone. */
        readonly disabled_reason: string | null;
        /** Until then the old secret signs, and the new one beside it. */
        readonly secret_rotates_at: string | null;
        readonly created_at: string;
        readonly secret: string;
      };
    };
  };
  /** Remove an endpoint; what is on its way to it is given up. Needs the scope webhooks:write. */
  readonly 'DELETE /webhooks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        readonly status: 'deleted';
      };
    };
  };
  /** Show an endpoint, without its secret. Needs the scope webhooks:read. */
  readonly 'GET /webhooks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, for every account. */
        readonly account_id: number | null;
        readonly url: string;
        readonly events: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
        /** false: nothing is sent. */
        readonly enabled: boolean;
        /** Switched off by hand, or the endpoint answered 410 Gone. */
        readonly disabled_reason: string | null;
        /** Until then the old secret signs, and the new one beside it. */
        readonly secret_rotates_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** Change address or events of an endpoint, or switch it off and on. Needs the scope webhooks:write. */
  readonly 'PATCH /webhooks/{id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** https:// or http://. */
      readonly url?: string;
      readonly events?: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
      readonly enabled?: boolean;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, for every account. */
        readonly account_id: number | null;
        readonly url: string;
        readonly events: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
        /** false: nothing is sent. */
        readonly enabled: boolean;
        /** Switched off by hand, or the endpoint answered 410 Gone. */
        readonly disabled_reason: string | null;
        /** Until then the old secret signs, and the new one beside it. */
        readonly secret_rotates_at: string | null;
        readonly created_at: string;
      };
    };
  };
  /** What was sent there, newest first, with every attempt. Needs the scope webhooks:read. */
  readonly 'GET /webhooks/{id}/deliveries': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: {
      /** From 1. */
      readonly page?: number;
      /** Default 50. */
      readonly per_page?: number;
      /** next_cursor of the page before. */
      readonly cursor?: string;
      /** Default by id. With - the greatest first; equal ones are by id. */
      readonly sort?: 'id' | '-id' | 'created_at' | '-created_at';
      /** dead: after 24 hours of attempts. */
      readonly status?: 'pending' | 'delivered' | 'dead';
      readonly event?: EventName;
    };
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: readonly {
        readonly id: number;
        /** As in X-DIDfarm-Event-Id. */
        readonly event_id: string;
        readonly event: EventName;
        /** dead: after 24 hours of attempts. */
        readonly status: 'pending' | 'delivered' | 'dead';
        readonly attempts: readonly {
          readonly attempt: number;
          /** HTTP status; null without an answer. */
          readonly status: number | null;
          readonly at: string;
          readonly took_ms: number;
          readonly error: string | null;
          /** The beginning of it. */
          readonly answer: string;
        }[];
        readonly next_attempt_at: string | null;
        readonly created_at: string;
        /** The very bytes that were signed. */
        readonly body: string;
      }[];
      readonly meta: {
        readonly total: number;
        readonly page: number;
        readonly per_page: number;
        readonly next_cursor: string | null;
      };
    };
  };
  /** One delivery with every attempt. Needs the scope webhooks:read. */
  readonly 'GET /webhooks/{id}/deliveries/{delivery_id}': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
      readonly delivery_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        /** As in X-DIDfarm-Event-Id. */
        readonly event_id: string;
        readonly event: EventName;
        /** dead: after 24 hours of attempts. */
        readonly status: 'pending' | 'delivered' | 'dead';
        readonly attempts: readonly {
          readonly attempt: number;
          /** HTTP status; null without an answer. */
          readonly status: number | null;
          readonly at: string;
          readonly took_ms: number;
          readonly error: string | null;
          /** The beginning of it. */
          readonly answer: string;
        }[];
        readonly next_attempt_at: string | null;
        readonly created_at: string;
        /** The very bytes that were signed. */
        readonly body: string;
      };
    };
  };
  /** Send a finished delivery again, the same body with the same event id. Needs the scope webhooks:write. */
  readonly 'POST /webhooks/{id}/deliveries/{delivery_id}/replay': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
      readonly delivery_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly status: 'pending';
      };
    };
  };
  /** Make a new secret; the old one signs on for overlap_seconds, the new one in X-DIDfarm-Signature-Next. Needs the scope webhooks:write. */
  readonly 'POST /webhooks/{id}/rotate-secret': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: {
      /** Default 86400. */
      readonly overlap_seconds?: number;
    };
    readonly status: 200;
    readonly response: {
      readonly data: {
        readonly id: number;
        readonly uuid: string;
        /** null: the operator's, for every account. */
        readonly account_id: number | null;
        readonly url: string;
        readonly events: readonly ('*' | 'number.activated' | 'number.suspended' | 'number.released' | 'regulatory.approved' | 'regulatory.rejected' | 'porting.accepted' | 'porting.completed' | 'porting.rejected' | 'porting.cancelled' | 'trunk.registered' | 'trunk.offline' | 'message.received' | 'number.renewal_due' | 'trunk.credentials_moved' | 'emergency.called' | 'call.started' | 'call.answered' | 'call.ended' | 'call.funds_ending' | 'spend.alarm' | 'carrier.down' | 'carrier.up' | 'wallet.low' | 'webhook.test')[];
        /** false: nothing is sent. */
        readonly enabled: boolean;
        /** Switched off by hand, or the endpoint answered 410 Gone. */
        readonly disabled_reason: string | null;
        /** Until then the old secret signs, and the new one beside it. */
        readonly secret_rotates_at: string | null;
        readonly created_at: string;
        readonly secret: string;
      };
    };
  };
  /** Send the event webhook.test to this endpoint; the delivery shows what came of it. Needs the scope webhooks:write. */
  readonly 'POST /webhooks/{id}/test': {
    readonly params: {
      /** Integer id or uuid. */
      readonly id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly status: 202;
    readonly response: {
      readonly data: {
        readonly delivery_id: number;
        readonly status: 'pending';
      };
    };
  };
}
