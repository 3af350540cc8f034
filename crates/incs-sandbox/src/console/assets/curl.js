// Calls and webhooks as lines for a shell.
const quote = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

const SKIPPED = new Set(['host', 'content-length', 'connection', 'accept', 'accept-encoding', 'user-agent', 'transfer-encoding', 'expect', 'te']);
const SECRETS = { 'certification-code': '$INCS_CERTIFICATION_CODE', authorization: 'Bearer $INCS_TOKEN', cookie: '$COOKIE' };

function headerLine([name, value]) {
  const secret = SECRETS[name.toLowerCase()];
  // Double quotes, so that the shell puts the variable in.
  return secret ? `-H "${name}: ${secret}"` : `-H ${quote(`${name}: ${value}`)}`;
}

function join(lines) {
  return lines.join(' \\\n  ');
}

/** The request of an exchange, to be sent once more. */
export function ofExchange(exchange, base) {
  const url = base + exchange.path + (exchange.query ? `?${exchange.query}` : '');
  const headers = exchange.request_headers.filter(([name]) => !SKIPPED.has(name.toLowerCase()));
  const body = exchange.request_body ? [`--data-raw ${quote(exchange.request_body)}`] : [];
  const method = exchange.method === 'GET' ? [] : [`-X ${exchange.method}`];
  return join([['curl', ...method, quote(url)].join(' '), ...headers.map(headerLine), ...body]);
}

/** A webhook delivery, as it was posted at its last attempt. */
export function ofDelivery(delivery) {
  const headers = delivery.attempts.at(-1)?.headers ?? [];
  const known = headers.some(([name]) => name.toLowerCase() === 'content-type') ? headers : [['content-type', 'application/json'], ...headers];
  return join([`curl -X POST ${quote(delivery.url)}`, ...known.filter(([name]) => !SKIPPED.has(name.toLowerCase())).map(headerLine), `--data-raw ${quote(delivery.body)}`]);
}

/** The first message that someone sends, as an example. */
export function first(base, code, channel = 'whatsapp', text = 'Your parcel leaves the warehouse today.') {
  return join([
    `curl ${quote(`${base}/external/messages/${channel}`)}`,
    `-H 'content-type: application/json'`,
    `-H 'certification-code: ${code}'`,
    `-d ${quote(JSON.stringify({ to: '85251230088', type: 'text', text }))}`,
  ]);
}
