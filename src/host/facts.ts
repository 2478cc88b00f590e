import type { Facts } from '../model/facts.ts';

export interface FactsRequest {
  readonly repositoryHost: string;
  readonly files: readonly { readonly path: string; readonly secret: boolean }[];
  readonly listen: { readonly address: string; readonly port: number };
  readonly http: boolean;
  readonly groups: readonly string[];
  readonly sealed?: boolean;
  readonly extras?: boolean;
  readonly packages?: boolean;
}

export interface Extras {
  readonly ntp: boolean | null;
  readonly logInput: boolean;
  readonly readOnly: readonly string[];
  readonly unreachable: string | null;
}

export const factsScript = (request: FactsRequest & { readonly nonce: string }): string =>
  JSON.stringify(request);
export const readFacts = (host: string, raw: unknown): Facts => ({ ...(raw as Facts), host });
export const readExtras = (raw: unknown): Extras => (raw as { extras: Extras }).extras;
export const readOtherPackages = (raw: unknown): readonly string[] =>
  (raw as { packages: readonly string[] }).packages;
