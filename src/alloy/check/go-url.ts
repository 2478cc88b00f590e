/** What Go's url.Parse has against a text; undefined: it takes it. */
export function goUrlProblem(text: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'invalid control character in URL';
  if (text === '') return undefined;
  const [beforeFragment = ''] = text.split('#', 1);
  let rest = beforeFragment;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest);
  if (scheme) rest = rest.slice(scheme[0].length);
  else if (rest.startsWith(':')) return 'missing protocol scheme';
  const [path = ''] = rest.split('?', 1);
  if (!scheme && !path.startsWith('/') && /^[^/]*:/.test(path)) {
    return 'first path segment in URL cannot contain colon';
  }
  if (scheme && !path.startsWith('/')) return undefined; // opaque, as in localhost:9090
  if (!path.startsWith('//')) return escapesProblem(path);

  const authority = path.slice(2).split('/', 1)[0]!;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (at >= 0 && /[^A-Za-z0-9\-._~!$&'()*+,;=:%@]/.test(authority.slice(0, at))) {
    return 'invalid userinfo';
  }
  if (host.startsWith('[')) {
    const close = host.lastIndexOf(']');
    if (close < 0) return "missing ']' in host";
    return portProblem(host.slice(close + 1));
  }
  const colon = host.lastIndexOf(':');
  const port = colon >= 0 ? portProblem(host.slice(colon)) : undefined;
  if (port) return port;
  const strange = /[ "<>\\^`{|}]/.exec(host)?.[0];
  if (strange) return `invalid character "${strange}" in host name`;
  return escapesProblem(path.slice(2 + authority.length));
}

const portProblem = (port: string): string | undefined =>
  // a password with a slash looks like a port: it is not repeated
  port === '' || /^:\d*$/.test(port) ? undefined : 'invalid port after host';

const escapesProblem = (path: string): string | undefined => {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(path)?.[0];
  return bad ? 'invalid URL escape: % without two hexadecimal digits' : undefined;
};
