// What the page asks of its server, and what it remembers between two loads of itself.

const ORDER = location.pathname.split("/").pop();
/** How long an answer may take; a payment may take the server twenty seconds. */
const PATIENCE_MS = 40_000;
/** For how long a payment window may be open. */
const LENT_MS = 30 * 60_000;

/** Kept for this tab: a reload, or the way through a payment window, loses nothing. */
export const kept = {
  memory: new Map(),
  get(name) {
    try {
      const text = sessionStorage.getItem(`${ORDER} ${name}`);
      if (text !== null) return JSON.parse(text);
    } catch { /* What is in memory counts. */ }
    return this.memory.get(name) ?? null;
  },
  set(name, value) {
    this.memory.set(name, value);
    try {
      sessionStorage.setItem(`${ORDER} ${name}`, JSON.stringify(value));
    } catch { /* A browser that keeps nothing still shows the page. */ }
  },
  remove(name) {
    this.memory.delete(name);
    try {
      sessionStorage.removeItem(`${ORDER} ${name}`);
    } catch { /* Nothing was kept. */ }
  },
};

/** What the server refused, or that it did not answer. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `status ${status}`);
    this.status = status;
    this.kind = String(problem?.type ?? "").split("/").pop();
  }

  /** Nobody knows whether it was done. */
  get isSilence() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** The link is of no order here. */
  get isBadLink() {
    return this.status === 401 || this.status === 404;
  }
}

/** The link that opens this order: from the address, else from before the payment window. */
export function link() {
  const given = location.hash.slice(1);
  if (given) kept.set("link", given);
  return given || kept.get("link") || lent.take() || "";
}

/** The link while a payment window is open: a bank's app may come back into another tab. */
export const lent = {
  give() {
    try {
      localStorage.setItem(`${ORDER} link`, JSON.stringify({ link: link(), until: Date.now() + LENT_MS }));
    } catch { /* Then this tab alone knows it. */ }
  },
  take() {
    try {
      const { link: given, until } = JSON.parse(localStorage.getItem(`${ORDER} link`)) ?? {};
      this.end();
      if (!given || Date.now() > until) return null;
      kept.set("link", given);
      return given;
    } catch {
      return null;
    }
  },
  end() {
    try {
      localStorage.removeItem(`${ORDER} link`);
    } catch { /* It was not there. */ }
  },
};

/** A key for one intent, to be sent again with each repeat of it. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(method, rest, read, body, key) {
  const headers = { "checkout-token": link() };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  let response;
  try {
    response = await fetch(`/v1/orders/${ORDER}/${rest}`, {
      method, headers, body: JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // An answer that breaks off is none.
    if (response.ok) return await read(response);
  } catch {
    throw new Refusal(0);
  }
  throw new Refusal(response.status, await response.json().catch(() => null));
}

const json = (response) => response.json();
const file = (response) => response.blob();

export const view = () => ask("GET", "checkout", json);
export const pay = ({ payment_id, payment_token, key }) => ask("POST", "payment", json, { payment_id, payment_token }, key);
export const quote = (seats) => ask("GET", `cancellation?seats=${seats.join(",")}`, json);
export const cancel = (what, key) => ask("POST", "cancel", json, what, key);
export const print = (paper) => ask("GET", `tickets.pdf?paper=${paper}`, file);
