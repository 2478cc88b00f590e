/** Where Alloy listens: the address without brackets, as the inventory says it. */
export interface Listen {
  readonly address: string;
  readonly port: number;
}

/** As an argument of `alloy run` takes it: `[::1]:12345`. */
export const listenArgument = ({ address, port }: Listen): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** What reaches the listener from the host itself: every interface is also the loopback one. */
export function reachable({ address, port }: Listen): Listen {
  if (/^0+(\.0+){3}$/.test(address)) return { address: '127.0.0.1', port };
  // Go listens on both families for [::]; a host without IPv6 could not bind it at all
  if (/^[0:]+(%\w+)?$/.test(address)) return { address: '::1', port };
  if (/^::ffff:0+(\.0+){3}$/i.test(address)) return { address: '127.0.0.1', port };
  return { address, port };
}
