import { randomBytes } from 'node:crypto';

export interface PlannedDid {
  readonly id: number;
  readonly number: string;
  readonly country: string;
  readonly city: string;
}

export interface PlannedTrunk {
  readonly fields: {
    readonly id: number;
    readonly name: string;
    readonly uuid?: string;
    readonly username?: string;
    readonly maxIn?: number | null;
  };
  readonly dids: readonly PlannedDid[];
}

export interface PlannedAccount {
  readonly id: number;
  readonly name: string;
  readonly parentId: number | null;
  readonly isReseller: boolean;
  readonly country: string;
  /** Its own SIP domain; `null`: its trunks are in the platform realm. */
  readonly domain: string | null;
  readonly walletMicros: number;
  readonly trunks: readonly PlannedTrunk[];
  readonly unassigned: readonly PlannedDid[];
}

/** Only in the demo world is a loopback address a carrier. */
export const DEMO_CARRIER = {
  name: 'loopback',
  sources: ['127.0.0.2'],
  gateways: [{ host: '127.0.0.2', port: 5080, transport: 'udp', priority: 1, weight: 1 }],
} as const;

// The published examples name trunk 7, trunk trk_a1b2c3d4 and number 42: here they exist, so that each of
// them can be typed in as it stands. A uuid may be cut to its first eight digits.
function exampleUuid(): string {
  return `trk_a1b2c3d4${randomBytes(4).toString('hex')}`;
}

/** design.md section 8, The demo world. */
export function planDemoAccounts(): readonly PlannedAccount[] {
  return [
    {
      id: 2,
      name: 'MSP Demo',
      parentId: null,
      isReseller: false,
      country: 'NL',
      domain: null,
      walletMicros: 142_500_000,
      trunks: [
        {
          fields: { id: 7, uuid: exampleUuid(), name: 'Acme Corp', maxIn: 2 },
          dids: [
            { id: 37, number: '+31201234567', country: 'NL', city: 'Amsterdam' },
            { id: 38, number: '+49309876543', country: 'DE', city: 'Berlin' },
          ],
        },
        {
          fields: { id: 8, name: 'Beta Services' },
          dids: [{ id: 39, number: '+442079460958', country: 'GB', city: 'London' }],
        },
      ],
      unassigned: [{ id: 42, number: '+49891234567', country: 'DE', city: 'München' }],
    },
    {
      id: 3,
      name: 'VoiceReseller Inc.',
      parentId: null,
      isReseller: true,
      country: 'NL',
      domain: null,
      walletMicros: 0,
      trunks: [],
      unassigned: [],
    },
    {
      id: 4,
      name: 'Bistro Group',
      parentId: 3,
      isReseller: false,
      country: 'NL',
      domain: 'bistro.example',
      walletMicros: 0,
      trunks: [
        {
          fields: { id: 9, name: 'Bistro Group', username: '1002' },
          dids: [{ id: 40, number: '+31102345678', country: 'NL', city: 'Rotterdam' }],
        },
      ],
      unassigned: [],
    },
    {
      id: 5,
      name: 'City Clinic',
      parentId: 3,
      isReseller: false,
      country: 'BE',
      domain: 'clinic.example',
      walletMicros: 0,
      trunks: [
        {
          fields: { id: 10, name: 'City Clinic', username: '1002' },
          dids: [{ id: 41, number: '+3223456789', country: 'BE', city: 'Brussels' }],
        },
      ],
      unassigned: [],
    },
  ];
}
