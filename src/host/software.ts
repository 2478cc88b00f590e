import { SOFTWARE, type Software } from '../model/software.ts';
import { map, type Raw, strings } from './raw.ts';

/** From the record `facts`, where `software` was asked for. A host that could not look has none. */
export function readSoftware(reported: unknown): readonly Software[] {
  const found = strings(map(reported as Raw).software);
  return SOFTWARE.filter((one) => found.includes(one));
}
