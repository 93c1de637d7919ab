import { SegmentedMessage } from 'sms-segments-calculator';

export interface Segments {
  /** GSM 03.38 with its extension table where every character is in it, else UTF-16. */
  readonly encoding: 'GSM-7' | 'UCS-2';
  /** Parts it is sent in, 1 at least. */
  readonly segments: number;
}

/** Parts of a short message: 160 (153) septets or 70 (67) UTF-16 units each (3GPP TS 23.038, 23.040 9.2.3.24.1). */
export function countSegments(body: string): Segments {
  const { encodingName, segmentsCount } = new SegmentedMessage(body);
  return { encoding: encodingName, segments: segmentsCount };
}
