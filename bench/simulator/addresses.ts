/** Hosts to a block: 127.B.X.1 to 127.B.X.250. */
const PER_BLOCK = 250;
const BLOCKS = 256;
/** Hosts that one network 127.B.0.0/16 has room for. */
export const MOST_HOSTS = PER_BLOCK * BLOCKS;

export const addressOf = (network: number, n: number): string =>
  `127.${network}.${Math.floor(n / PER_BLOCK)}.${(n % PER_BLOCK) + 1}`;

/** The number of the host at an address. */
export function numberOf(address: string): number {
  const [, , block = 0, last = 1] = address.split('.').map(Number);
  return block * PER_BLOCK + last - 1;
}

/** The first `n` addresses, as ranges of an inventory. */
export function rangesOf(network: number, n: number): readonly string[] {
  const whole = Math.floor(n / PER_BLOCK);
  const rest = n % PER_BLOCK;
  const range = (last: number): string => (last === 0 ? '0' : `[0:${last}]`);
  const one = (last: number): string => (last === 1 ? '1' : `[1:${last}]`);
  return [
    ...(whole > 0 ? [`127.${network}.${range(whole - 1)}.[1:${PER_BLOCK}]`] : []),
    ...(rest > 0 ? [`127.${network}.${whole}.${one(rest)}`] : []),
  ];
}
