// PortOne's own client drives the sandbox gateway, and its verifier reads the gateway's webhooks.
// What a payment must contain is read from the client's type declarations, not from us.
//
// Usage: check.mjs GATEWAY_PROGRAM

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { PortOneClient, Webhook } from "@portone/server-sdk";

const DEADLINE_MS = 60_000;
const CURRENCY = "KRW";
const [program] = process.argv.slice(2);
const secret = randomBytes(24).toString("base64url");
const webhookSecret = randomBytes(24).toString("base64");
const types = join(dirname(fileURLToPath(import.meta.resolve("@portone/server-sdk"))), "generated");

const deadline = setTimeout(() => fail(new Error("the check took too long")), DEADLINE_MS);
let gateway;

try {
  await main();
  console.log("PortOne's client and verifier accept the sandbox gateway");
} catch (error) {
  fail(error);
} finally {
  end();
}

async function main() {
  const { url: listenerUrl, next, close } = await listen();
  const baseUrl = await start(listenerUrl);
  const { auth, payment } = PortOneClient({ secret, baseUrl });

  const tokens = await auth.loginViaApiSecret({ apiSecret: secret });
  assert.ok(tokens.accessToken && tokens.refreshToken);
  const renewed = await auth.refreshToken({ refreshToken: tokens.refreshToken });
  assert.ok(renewed.accessToken);

  const paymentId = randomBytes(16).toString("hex");
  await refused(payment.getPayment({ paymentId }), "PAYMENT_NOT_FOUND");
  await payment.preRegisterPayment({ paymentId, totalAmount: 132_000, currency: CURRENCY });
  await whole(payment, paymentId, "ReadyPayment", "READY");

  const declined = await authorize(baseUrl, paymentId, "decline");
  await refused(confirm(payment, paymentId, declined), "PG_PROVIDER");
  await whole(payment, paymentId, "FailedPayment", "FAILED");

  const token = await authorize(baseUrl, paymentId, "approve");
  await refused(
    payment.confirmPayment({ paymentId, paymentToken: token, totalAmount: 1, currency: CURRENCY }),
    "INFORMATION_MISMATCH",
  );
  await refused(confirm(payment, paymentId, "no token"), "INVALID_PAYMENT_TOKEN");
  complete("ConfirmedPaymentSummary", await confirm(payment, paymentId, token));
  await refused(confirm(payment, paymentId, token), "ALREADY_PAID");
  await whole(payment, paymentId, "PaidPayment", "PAID");

  const part = await payment.cancelPayment({
    paymentId,
    reason: "one seat",
    amount: 50_000,
    currentCancellableAmount: 132_000,
    requester: "CUSTOMER",
  });
  complete("SucceededPaymentCancellation", part.cancellation);
  await whole(payment, paymentId, "PartialCancelledPayment", "PARTIAL_CANCELLED");
  await refused(
    payment.cancelPayment({ paymentId, reason: "stale", currentCancellableAmount: 132_000 }),
    "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
  );
  await refused(
    payment.cancelPayment({ paymentId, reason: "too much", amount: 82_001 }),
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
  );
  await payment.cancelPayment({ paymentId, reason: "the rest" });
  await whole(payment, paymentId, "CancelledPayment", "CANCELLED");
  await refused(payment.cancelPayment({ paymentId, reason: "again" }), "PAYMENT_ALREADY_CANCELLED");

  await faults(baseUrl, { "cancel-requested": 1000 });
  const taken = randomBytes(16).toString("hex");
  await payment.preRegisterPayment({ paymentId: taken, totalAmount: 900, currency: CURRENCY });
  await refused(payment.cancelPayment({ paymentId: taken, reason: "early" }), "PAYMENT_NOT_PAID");
  await confirm(payment, taken, await authorize(baseUrl, taken, "approve"), 900);
  const requested = await payment.cancelPayment({ paymentId: taken, reason: "slowly" });
  complete("RequestedPaymentCancellation", requested.cancellation);
  await faults(baseUrl, {});

  await lists(payment, paymentId);
  const { items } = await payment.getPaymentTransactions({ paymentId });
  complete("PaidPaymentTransaction", items[0], "CANCELLED");
  await refused(
    payment.closeVirtualAccount({ paymentId }),
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
  );

  await notices(next, paymentId);
  const again = await payment.resendWebhook({ paymentId });
  complete("PaymentWebhook", again.webhook);
  close();
}

/** Every kind of webhook that these payments gave, in no order. */
async function notices(next, paymentId) {
  const wanted = new Set(
    ["Ready", "Failed", "Paid", "PartialCancelled", "Cancelled", "CancelPending"].map(
      (kind) => `Transaction.${kind}`,
    ),
  );
  while (wanted.size > 0) {
    const { headers, body } = await next();
    const notice = await Webhook.verify(webhookSecret, body, headers);
    assert.ok(notice.timestamp && notice.data.storeId && notice.data.transactionId);
    if (notice.type.includes("Cancel")) assert.ok(notice.data.cancellationId);
    await assert.rejects(Webhook.verify(webhookSecret, body + " ", headers));
    wanted.delete(notice.type);
  }
  assert.ok(paymentId);
}

async function lists(payment, paymentId) {
  const first = await payment.getAllPaymentsByCursor({ size: 1 });
  assert.equal(first.items[0].payment.id, paymentId);
  const rest = await payment.getAllPaymentsByCursor({ cursor: first.items[0].cursor });
  assert.equal(rest.items.length, 1);
  const { items } = await payment.getAllPaymentEventsByCursor({ size: 1000 });
  complete("PaidPaymentEvent", items[0].paymentEvent, "PAID");
  complete("CancelledPaymentEvent", items[1].paymentEvent);
  assert.equal(items[0].paymentEvent.eventAmount, 132_000);
}

function confirm(payment, paymentId, paymentToken, totalAmount = 132_000) {
  return payment.confirmPayment({ paymentId, paymentToken, totalAmount, currency: CURRENCY, isTest: false });
}

async function whole(payment, paymentId, type, status) {
  const document = await payment.getPayment({ paymentId });
  assert.equal(document.status, status);
  complete(type, document);
}

/** Every field that the type requires is there. */
function complete(type, value) {
  const folder = ["payment", "common"].find((folder) => exists(folder, type));
  const text = readFileSync(join(types, folder, `${type}.d.ts`), "utf8");
  const required = [...text.matchAll(/^ {4}(\w+): /gm)].map((field) => field[1]);
  assert.ok(required.length > 0, `${type} requires nothing`);
  for (const field of required) {
    assert.ok(value[field] !== undefined && value[field] !== null, `${type} lacks ${field}`);
  }
}

function exists(folder, type) {
  try {
    return Boolean(readFileSync(join(types, folder, `${type}.d.ts`)));
  } catch {
    return false;
  }
}

async function refused(call, type) {
  await assert.rejects(call, (error) => {
    assert.equal(error.data?.type, type, String(error));
    return true;
  });
}

async function authorize(baseUrl, paymentId, outcome) {
  const url = `${baseUrl}/sandbox/payments/${paymentId}/authorize`;
  return (await send("POST", url, { outcome })).payment_token;
}

function faults(baseUrl, rates) {
  return send("PUT", `${baseUrl}/sandbox/control/faults`, { rates });
}

async function send(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return answer.json();
}

/** The shop's listener. */
async function listen() {
  const heard = [];
  let waiting;
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.end();
      waiting?.();
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const next = async () => {
    while (heard.length === 0) await new Promise((resolve) => (waiting = resolve));
    return heard.shift();
  };
  const url = `http://127.0.0.1:${server.address().port}/hear`;
  return { url, next, close: () => server.close() };
}

/** The gateway's process; answers where it listens. */
async function start(listenerUrl) {
  const settings = ["--listen", "127.0.0.1:0", "--sandbox-control", "--webhook-url", listenerUrl];
  gateway = spawn(program, settings, {
    env: { TICKETING_GATEWAY_SECRET: secret, TICKETING_GATEWAY_WEBHOOK_SECRETS: webhookSecret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  gateway.on("error", fail);
  for await (const line of createInterface({ input: gateway.stdout })) {
    const url = line.match(/^listening on (.*)$/);
    if (url) return url[1];
  }
  throw new Error("the gateway did not start");
}

function fail(error) {
  console.error(error);
  process.exitCode = 1;
  end();
  process.exit();
}

function end() {
  clearTimeout(deadline);
  gateway?.kill();
}
