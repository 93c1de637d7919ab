import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type CarrierAdapter, CarrierError, type NumberOffer } from '../inventory/index.ts';

interface Books {
  /** Number to reference. */
  readonly reserved: Record<string, string>;
  readonly bought: Record<string, string>;
}

/** A carrier that keeps its books in a file, so that it lives on when we are killed. */
export class FileCarrier {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get books(): Books {
    return existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Books)
      : { reserved: {}, bought: {} };
  }

  get adapter(): CarrierAdapter {
    return {
      name: 'file',
      isRemote: true,
      search: async () => ({ total: 0, offers: [] }),
      reserve: async (numbers, reference) => {
        const { reserved, bought } = this.books;
        for (const number of numbers) {
          const holder = reserved[number] ?? bought[number];
          if (holder !== undefined && holder !== reference)
            throw new CarrierError('unavailable', 'is no longer on sale', number);
          if (bought[number] === undefined) reserved[number] = reference;
        }
        this.#write({ reserved, bought });
        return numbers.map(offerOf);
      },
      buy: async (reference) => {
        const { reserved, bought } = this.books;
        const mine = (books: Record<string, string>) =>
          Object.keys(books).filter((number) => books[number] === reference);
        if (mine(reserved).length + mine(bought).length === 0)
          throw new CarrierError('refused', 'there is nothing reserved by that reference');
        for (const number of mine(reserved)) {
          bought[number] = reference;
          delete reserved[number];
        }
        this.#write({ reserved, bought });
      },
      release: async (numbers, reference) => {
        const { reserved, bought } = this.books;
        for (const number of numbers)
          for (const books of [reserved, bought]) if (books[number] === reference) delete books[number];
        this.#write({ reserved, bought });
      },
      sendMessage: async () => ({ carrierId: 'x', status: 'accepted' }),
      submitRegulatory: async () => ({ status: 'pending' }),
      balance: async () => ({ amountMicros: 0, currency: 'EUR' }),
    };
  }

  #write(books: Books): void {
    writeFileSync(this.#file, JSON.stringify(books));
  }
}

function offerOf(number: string): NumberOffer {
  return {
    number,
    country: 'US',
    type: 'local',
    city: null,
    monthlyRateMicros: 1_000_000,
    setupFeeMicros: 0,
    currency: 'EUR',
    smsEnabled: false,
    requiresRegulatory: false,
  };
}
