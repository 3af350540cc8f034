// Calls and webhooks as shell commands. Recorded data may contain anything, so each part is one quoted word.
const encoder = new TextEncoder();

/**
 * A text as one word of bash or zsh. A control character, which a terminal might act on when the line is pasted, is written as an
 * escape, which needs the form `$'…'`.
 */
function quote(text) {
  const value = String(text);
  if (!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(value)) return `'${value.replaceAll("'", `'\\''`)}'`;
  const escaped = value.replace(/[\\']/g, '\\$&').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (letter) => [...encoder.encode(letter)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''));
  return `$'${escaped}'`;
}

const SKIPPED = new Set(['host', 'content-length', 'connection', 'accept', 'accept-encoding', 'user-agent', 'transfer-encoding', 'expect', 'te']);
const SECRETS = { 'certification-code': '$INCS_CERTIFICATION_CODE', authorization: 'Bearer $INCS_TOKEN', cookie: '$COOKIE' };

function headerLine([name, value]) {
  const known = name.toLowerCase();
  // Double quotes, so that the shell puts the variable in.
  if (Object.hasOwn(SECRETS, known)) return `-H "${known}: ${SECRETS[known]}"`;
  // For curl a name with nothing after the colon removes the header; a semicolon sends it empty.
  return `-H ${quote(value ? `${name}: ${value}` : `${name};`)}`;
}

function join(lines) {
  return lines.join(' \\\n  ');
}

/** The options for a method. Without a body curl needs none for GET; after HEAD it would wait for a body without `--head`. */
function methodOptions(method, hasBody) {
  if (method === 'GET' && !hasBody) return [];
  return method === 'HEAD' && !hasBody ? ['--head'] : [`-X ${/^[A-Z]+$/.test(method) ? method : quote(method)}`];
}

/** The options for a URL that curl would otherwise change: it expands brackets, and removes segments of dots. */
function urlOptions(url) {
  const isGlob = /[[\]{}]/.test(url);
  const hasDots = /\/\.{1,2}(?:[/?]|$)/.test(url);
  return [isGlob && '--globoff', hasDots && '--path-as-is', quote(url)].filter(Boolean);
}

/** The command that repeats the request of an exchange. */
export function ofExchange(exchange, base) {
  const target = exchange.path + (exchange.query == null ? '' : `?${exchange.query}`);
  // `*` and the like are not paths: after the host they would become part of it.
  const isPath = target.startsWith('/');
  const url = isPath ? urlOptions(base + target) : [`--request-target ${quote(target)}`, quote(`${base}/`)];
  const headers = exchange.request_headers.filter(([name]) => !SKIPPED.has(name.toLowerCase()));
  const body = exchange.request_body ? [`--data-raw ${quote(exchange.request_body)}`] : [];
  return join([['curl', ...methodOptions(exchange.method, body.length > 0), ...url].join(' '), ...headers.map(headerLine), ...body]);
}

/** The command that repeats the last attempt of a webhook delivery. */
export function ofDelivery(delivery) {
  const headers = delivery.attempts.at(-1)?.headers ?? [];
  const known = headers.some(([name]) => name.toLowerCase() === 'content-type') ? headers : [['content-type', 'application/json'], ...headers];
  const first = ['curl', '-X POST', ...urlOptions(delivery.url)].join(' ');
  return join([first, ...known.filter(([name]) => !SKIPPED.has(name.toLowerCase())).map(headerLine), `--data-raw ${quote(delivery.body)}`]);
}

/** The command for a first message, as an example. */
export function first(base, code, channel = 'whatsapp', text = 'Your parcel leaves the warehouse today.') {
  return join([
    `curl ${quote(`${base}/external/messages/${channel}`)}`,
    `-H 'content-type: application/json'`,
    `-H ${quote(`certification-code: ${code}`)}`,
    `-d ${quote(JSON.stringify({ to: '85251230088', type: 'text', text }))}`,
  ]);
}
