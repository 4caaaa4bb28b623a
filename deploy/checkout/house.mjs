// A house on a server to throw away, and buyers who order in it, over HTTP as any program would.

import { randomUUID } from "node:crypto";

const PLAN = `
name = "Small hall"
[[categories]]
name = "All"
[[sections]]
name = "Floor"
category = "All"
rows = [{ label = "1", seats = "1-50" }, { label = "2", seats = "1-50" }]
`;
const ADMISSION_MS = 30_000;
const DAY_MS = 24 * 3600 * 1000;

export class House {
  constructor(url, email, password) {
    this.url = url;
    this.administrator = { email, password };
  }

  async call(method, path, { token, body, headers = {} } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async open() {
    this.token = (await this.call("POST", "/v1/sessions", { body: this.administrator })).access_token;
    const venue = { name: "예술의전당 콘서트홀", address: "서울특별시 서초구 남부순환로 2406", time_zone: "Asia/Seoul", seat_map: PLAN };
    this.venue = (await this.call("POST", "/v1/venues", { token: this.token, body: venue })).id;
  }

  /** Starts in so many days. */
  async performance({ title, days = 5, price = 132_000, policy = {} }) {
    const now = Date.now();
    const at = (ms) => new Date(now + ms).toISOString();
    const body = {
      venue_id: this.venue, title, age_limit: 8, listed_at: at(-DAY_MS), on_sale_at: at(-1000), starts_at: at(days * DAY_MS),
      prices: [{ category: "All", price: { amount: price, currency: "KRW" } }], policy,
    };
    return (await this.call("POST", "/v1/performances", { token: this.token, body })).id;
  }

  /** A buyer's order of these seats. */
  async order(performance, seats) {
    const { items: [{ access_token: token }] } = await this.call("POST", "/v1/synthetic-buyers", { token: this.token, body: { count: 1 } });
    const line = `/v1/performances/${performance}/line`;
    const { place_token } = await this.call("POST", line, { token });
    const proven = { "place-token": place_token };
    let pass;
    for (const until = Date.now() + ADMISSION_MS; !pass && Date.now() < until;) {
      const place = await this.call("GET", line, { token, headers: proven });
      pass = place.pass_token;
      if (!pass) await new Promise((later) => setTimeout(later, Math.min(place.poll_after_ms ?? 200, 1_000)));
    }
    const headers = () => ({ "pass-token": pass, "idempotency-key": randomUUID() });
    const hold = await this.call("POST", `/v1/performances/${performance}/holds`, { token, headers: headers(), body: { seats } });
    const order = await this.call("POST", "/v1/orders", { token, headers: headers(), body: { hold_id: hold.id } });
    return { ...order, token };
  }

  tickets({ id, token }) {
    return this.call("GET", `/v1/orders/${id}/tickets`, { token });
  }
}
