import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_NAME } from './names.ts';
import { run } from './run.ts';

export interface Certificates {
  /** PEM, for trust stores and NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export const certificatesIn = (folder: string): Certificates => ({
  authority: join(folder, 'ca.crt'),
  certificate: join(folder, 'server.crt'),
  key: join(folder, 'server.key'),
});

/** A certificate authority for the lab, and a certificate for its repository. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const paths = certificatesIn(folder);
  const authorityKey = join(folder, 'ca.key');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const request = join(folder, 'server.csr');
  const extensions = join(folder, 'server.ext');
  await run('openssl', [
    ...['req', '-x509', ...curve, '-subj', '/CN=alloyup lab'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', authorityKey, '-out', paths.authority],
  ]);
  await run('openssl', [
    ...['req', '-new', ...curve.slice(0, 5), '-subj', `/CN=${REPOSITORY_NAME}`],
    ...['-keyout', paths.key, '-out', request],
  ]);
  writeFileSync(
    extensions,
    `subjectAltName=DNS:${REPOSITORY_NAME}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`,
  );
  await run('openssl', [
    ...['x509', '-req', '-in', request, '-CA', paths.authority, '-CAkey', authorityKey],
    ...['-CAcreateserial', '-days', '30', '-extfile', extensions, '-out', paths.certificate],
  ]);
  return paths;
}
