// The page of one order: pay it, see its tickets, give it back. What it shows is what the server said
// last; a reload, a second tab and the way through a payment window find the same.

import * as server from "./server.js";
import { el, shown } from "./shown.js";
import { WORDS } from "./words.js";

/** How long until the server is asked again, by what the page shows. */
const ASK_AGAIN_MS = { processing: 1_500, expiring: 2_000, pending: 5_000, returning: 5_000, settled: 30_000 };
const SILENCE_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
/** When the time that is left is said aloud. */
const SAID_AT_MINUTES = [5, 1];
const ORDER_NAME_BYTES = 40;
const SDK = "https://cdn.portone.io/v2/browser-sdk.js";
const PORTONE_METHODS = { card: "CARD", easy_pay: "EASY_PAY", transfer: "TRANSFER", mobile: "MOBILE" };

const { kept } = server;
const main = document.getElementById("order");
const said = document.getElementById("said");

let language = chosenLanguage();
/** What the server said last, and when by this browser's own clock. */
let view = null;
let heardAt = 0;
let silences = 0;
let asking = 0;
let loads = 0;
let shownLoad = 0;
/** What only this tab knows: a payment on its way, a choice that is being made, what went wrong, silence. */
const here = { sending: false, opening: false, busy: false, goTo: null, notice: null, method: null, givingUp: false, back: null, isSilent: false };
let drawn = "";
let saidMinutes = null;

function chosenLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") ?? kept.get("language");
  if (asked in WORDS) return asked;
  return (navigator.languages ?? []).map((one) => one.slice(0, 2)).find((one) => one in WORDS) ?? "en";
}

const words = () => WORDS[language];
const look = () => shown(language, words());
const now = () => Date.parse(view.now) + (performance.now() - heardAt);
const leftMs = () => Date.parse(view.order.expires_at) - now();

function say(text) {
  said.textContent = text;
}

/** Which of its faces the page shows. */
function face() {
  const { status, returned } = view.order;
  if (status === "confirming" || (here.sending && status === "pending_payment")) return "processing";
  if (status === "pending_payment") return leftMs() > 0 ? "pending" : "expired";
  if (status === "cancelled" && (view.cancelled_at || view.order.cancel_reason)) return "calledOff";
  if (status === "paid") return returned.length > 0 ? "partly" : "paid";
  return { expired: "expired", cancelled: "cancelled", refund_due: "refundDue", refunded: "refunded" }[status] ?? "processing";
}

function pace() {
  const { status, refunds } = view.order;
  const shows = face();
  if (shows === "processing" || shows === "pending") return ASK_AGAIN_MS[shows];
  if (shows === "expired" && status === "pending_payment") return ASK_AGAIN_MS.expiring;
  const isMoving = ({ status: how }) => how !== "done" && how !== "needs_attention";
  return refunds.some(isMoving) || status === "refund_due" ? ASK_AGAIN_MS.returning : ASK_AGAIN_MS.settled;
}

// ---- asking

async function load() {
  clearTimeout(asking);
  const number = ++loads;
  try {
    const heard = await server.view();
    // A later question was answered before.
    if (number < shownLoad) return;
    shownLoad = number;
    view = heard;
    heardAt = performance.now();
    if (face() !== "pending") here.notice = null;
    here.back?.seats.forEach((seat) => valid().some((ticket) => ticket.seat === seat) || here.back.seats.delete(seat));
    silences = 0;
    here.isSilent = false;
    draw();
    askAgainIn(pace());
  } catch (refusal) {
    if (refusal.isBadLink) {
      drawAlone(words().badLink);
      if (view) askAgainIn(ASK_AGAIN_MS.settled);
      return;
    }
    here.isSilent = true;
    if (view) draw();
    else drawAlone(words().noServer);
    askAgainIn(SILENCE_MS[Math.min(silences, SILENCE_MS.length - 1)]);
    silences += 1;
  }
}

/** Nobody asks for a page that nobody looks at. */
function askAgainIn(ms) {
  clearTimeout(asking);
  asking = setTimeout(() => (document.visibilityState === "visible" ? load() : askAgainIn(ms)), ms);
}

// ---- paying

async function openWindow() {
  const { order, portone } = view;
  here.opening = true;
  here.notice = null;
  say(words().opening);
  draw();
  const back = location.origin + location.pathname;
  server.lent.give();
  try {
    if (!portone) {
      const page = new URL(order.payment.gateway_url);
      page.searchParams.set("methods", chosenMethod());
      page.searchParams.set("return_url", back);
      location.assign(page);
      return;
    }
    await script(SDK);
    const answer = await window.PortOne.requestPayment({
      storeId: portone.store_id, channelKey: portone.channel_key, paymentId: order.payment.payment_id, orderName: orderName(view.title),
      productType: "PRODUCT_TYPE_REAL",
      totalAmount: order.total.amount, currency: order.total.currency, payMethod: PORTONE_METHODS[chosenMethod()], redirectUrl: back,
    });
    if (answer) heard(answer);
  } catch (error) {
    here.notice = { kind: "bad", text: [words().strange, String(error?.message ?? "")] };
  }
  here.opening = false;
  server.lent.end();
  load();
}

/** Payment companies take forty bytes, and some signs not at all. */
function orderName(title) {
  const plain = [...title.replace(/[%&|$\-+=[\]]/g, " ")];
  const bytes = (text) => new TextEncoder().encode(text).length;
  while (bytes(plain.join("")) > ORDER_NAME_BYTES) plain.pop();
  return plain.join("").trim();
}

function script(source) {
  return new Promise((loaded, failed) => {
    document.head.append(el("script", { src: source, onload: loaded, onerror: failed }));
  });
}

const chosenMethod = () => here.method ?? view.order.payment.methods[0] ?? "card";

/** What a payment window says, at once or on the way back from it. */
function heard({ paymentId, paymentToken, code, message }) {
  if (code) {
    here.notice = { kind: "bad", text: [words().state.closed[0], message || words().state.closed[1]] };
  } else if (paymentId && paymentToken) {
    kept.set("payment", { payment_id: paymentId, payment_token: paymentToken, key: server.newKey() });
    send();
  }
}

/** Sends the payment that is on its way, as often as it takes; a repeat joins the one before. */
async function send() {
  const waiting = kept.get("payment");
  if (!waiting || here.sending) return;
  here.sending = true;
  draw();
  for (let tries = 0; kept.get("payment"); tries += 1) {
    try {
      await server.pay(waiting);
      kept.remove("payment");
    } catch (refusal) {
      if (refusal.isSilence) {
        await new Promise((later) => setTimeout(later, SILENCE_MS[Math.min(tries, SILENCE_MS.length - 1)]));
        await load();
        // What became of it is known by another way, or another payment is wanted by now.
        if (view && (view.order.status !== "pending_payment" || view.order.payment.payment_id !== waiting.payment_id)) {
          kept.remove("payment");
        }
        continue;
      }
      // Without a link nobody was asked: whoever opens the right one goes on.
      if (refusal.isBadLink) break;
      kept.remove("payment");
      const declined = refusal.status === 402;
      here.notice = { kind: "bad", text: declined ? words().state.declined : [problem(refusal), ""] };
    }
  }
  here.sending = false;
  await load();
}

const problem = ({ kind }) => words().problems[kind] ?? words().strange;

// ---- giving back

async function giveUp() {
  if (here.busy) return;
  here.busy = true;
  await attempt(() => server.cancel({}, server.newKey()));
  here.givingUp = false;
  here.busy = false;
  await load();
}

async function quote() {
  const seats = [...here.back.seats];
  if (seats.length === 0) {
    here.back.problem = words().chooseOne;
    return draw();
  }
  await attempt(async () => {
    here.back.quote = await server.quote(seats);
    here.back.key = server.newKey();
    here.goTo = "quote";
    const { fee, refund } = here.back.quote;
    say(`${words().keptOf} ${look().money(fee)}, ${words().comesBack} ${look().money(refund)}`);
  });
  draw();
}

async function giveBack() {
  const { quote: { seats, refund }, key } = here.back;
  if (here.busy) return;
  here.busy = true;
  const done = await attempt(() => server.cancel({ seats, refund }, key));
  if (done) here.back = null;
  else here.back.quote = null;
  here.busy = false;
  await load();
}

/** Whether it was done; what went wrong is shown. */
async function attempt(action) {
  if (here.back) here.back.problem = null;
  try {
    await action();
    return true;
  } catch (refusal) {
    const text = refusal.isSilence ? words().noServer.join(". ") : problem(refusal);
    if (here.back) here.back.problem = text;
    else here.notice = { kind: "bad", text: [text, ""] };
    return false;
  }
}

async function print(paper) {
  await attempt(async () => {
    const address = URL.createObjectURL(await server.print(paper));
    const saved = el("a", { href: address, download: `tickets-${view.order.id}.pdf` });
    saved.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  draw();
}

// ---- drawing

function button(text, action, more = {}) {
  return el("button", { type: "button", onclick: action, "data-focus": text, ...more }, text);
}

function draw() {
  if (!view) return;
  document.documentElement.lang = language;
  const shows = face();
  const asDrawn = JSON.stringify([language, shows, { ...view, now: null }, { ...here, busy: null }, [...(here.back?.seats ?? [])]]);
  if (asDrawn === drawn) return;
  const focused = document.activeElement?.dataset?.focus;
  const changed = drawn !== "" && main.dataset.face !== shows;
  drawn = asDrawn;
  main.dataset.face = shows;
  document.title = `${words().state[shows][0]} – ${view.title}`;
  const { facts, lines, terms, refunds, tickets } = look();
  const heading = el("h1", { tabindex: "-1" }, view.title);
  const beside = el("div", { class: "aside" }, el("h2", {}, words().lines), lines(view), ...refunds(view), ...terms(view));
  const before = [heading, status(shows), facts(view)];
  const body = {
    pending: () => [el("div", { class: "columns two" }, el("div", {}, ...before, beside), el("div", {}, ...paying()))],
    paid: () => [...before, ...tickets(view), ...afterwards(), beside],
    partly: () => [...before, ...tickets(view), ...afterwards(), beside],
  };
  main.replaceChildren(...(body[shows] ?? (() => [...before, beside]))());
  const goTo = here.goTo && main.querySelector(`[data-go-to="${here.goTo}"]`);
  here.goTo = null;
  const again = focused && [...main.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === focused);
  if (goTo) goTo.focus();
  else if (again) again.focus();
  else if (changed || focused) heading.focus();
  if (changed) say(words().state[shows].join(". "));
  tick();
}

function status(shows) {
  const { notice } = look();
  const kind = { paid: "good", partly: "good", expired: "bad" }[shows] ?? "";
  const said = shows === "pending" && !view.portone && !view.order.payment?.gateway_url ? "noWindow" : shows;
  const all = [];
  if (here.notice && shows !== "processing") all.push(el("div", { role: "alert" }, notice(here.notice.text, here.notice.kind)));
  if (here.isSilent) all.push(el("div", { role: "alert" }, notice(words().noServer, "bad")));
  if (shows === "pending" && view.declined && !here.notice) all.push(notice(words().state.declined, "bad"));
  if (view.cancelled_at) all.push(notice(isMoneyIn() ? words().state.off : [words().state.off[0], ""], "bad"));
  const more = view.order.cancel_reason ? [el("p", {}, words().reason(view.order.cancel_reason))] : [];
  if (shows === "pending") more.push(el("p", { class: "deadline" }, `${words().deadline} `, el("span", { role: "timer", id: "left" })));
  all.push(notice(words().state[said], kind, ...more));
  return el("div", {}, ...all);
}

/** Something was paid, whatever became of it. */
const isMoneyIn = () => ["paid", "refund_due", "refunded"].includes(view.order.status);

function paying() {
  const { payment, total } = view.order;
  if (view.cancelled_at) return [];
  if (!view.portone && !payment?.gateway_url) return unpaid();
  const method = (one) => el("label", {}, el("input", {
    type: "radio", name: "method", value: one, checked: one === chosenMethod(), "data-focus": `method ${one}`,
    onchange: () => { here.method = one; },
  }), words().methods[one] ?? one);
  return [
    el("fieldset", {}, el("legend", {}, words().method), ...payment.methods.map(method)),
    el("div", { class: "buttons" }, button(words().pay(look().money(total)), openWindow, { class: "pay", disabled: here.opening })),
    ...unpaid(),
  ];
}

function unpaid() {
  if (!here.givingUp) {
    return [el("div", { class: "buttons" }, button(words().giveUp, () => { here.givingUp = true; here.goTo = "sure"; draw(); }, { disabled: here.opening }))];
  }
  return [
    el("p", { role: "alert", tabindex: "-1", "data-go-to": "sure" }, words().giveUpSure),
    el("div", { class: "buttons" }, button(words().no, () => { here.givingUp = false; draw(); }), button(words().yes, giveUp)),
  ];
}

function afterwards() {
  const open = () => {
    here.back = { seats: new Set(valid().map((ticket) => ticket.seat)), quote: null, key: null, problem: null };
    here.goTo = "which";
    draw();
  };
  const buttons = [button(words().print, () => print("a4")), button(words().print80, () => print("80mm"))];
  if (!here.back && valid().length > 0 && Date.parse(view.starts_at) > now()) buttons.push(button(words().giveBack, open));
  return [el("div", { class: "buttons" }, ...buttons), ...(here.back ? [back()] : [])];
}

const valid = () => view.tickets.filter((ticket) => ticket.status === "valid");

function back() {
  const { seats, quote: quoted, problem: wrong } = here.back;
  const tick = (seat, chosen) => {
    if (chosen) seats.add(seat);
    else seats.delete(seat);
    here.back.quote = null;
    draw();
  };
  const choice = ({ seat, label }) => el("label", {}, el("input", {
    type: "checkbox", checked: seats.has(seat), "data-focus": `seat ${seat}`, onchange: (event) => tick(seat, event.target.checked),
  }), label);
  const parts = [el("fieldset", { tabindex: "-1", "data-go-to": "which" }, el("legend", {}, words().which), ...valid().map(choice))];
  if (wrong) parts.push(el("p", { role: "alert", class: "notice bad" }, wrong));
  const leave = button(words().keep, () => { here.back = null; draw(); });
  if (!quoted) return el("section", {}, ...parts, el("div", { class: "buttons" }, leave, button(words().quote, quote)));
  const { money, time } = look();
  const rows = [[words().paidFor, quoted.paid], [words().keptOf, quoted.fee], [words().comesBack, quoted.refund]];
  const row = ([what, amount]) => el("tr", {}, el("th", { scope: "row" }, what), el("td", {}, money(amount)));
  parts.push(el("h2", { tabindex: "-1", "data-go-to": "quote" }, words().quoted), el("table", {}, el("tbody", {}, ...rows.map(row))));
  if (quoted.until) parts.push(el("p", {}, words().quoteUntil(time(quoted.until, view.time_zone))));
  parts.push(el("div", { class: "buttons" }, leave, button(words().confirmBack(money(quoted.refund)), giveBack)));
  return el("section", {}, ...parts);
}

function drawAlone(text) {
  document.documentElement.lang = language;
  document.title = text[0];
  drawn = "";
  main.replaceChildren(el("h1", {}, words().order), look().notice(text, "bad"));
}

/** The time that is left, each second. */
function tick() {
  const timer = document.getElementById("left");
  if (!timer) return;
  const seconds = Math.max(0, Math.ceil(leftMs() / 1000));
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  timer.textContent = `${minutes}:${String(rest).padStart(2, "0")}`;
  if (rest === 0 && SAID_AT_MINUTES.includes(minutes) && saidMinutes !== minutes) {
    saidMinutes = minutes;
    say(words().minutesLeft(minutes));
  }
  if (seconds === 0) {
    draw();
    load();
  }
}

// ---- beginning

function showLanguages() {
  for (const one of document.querySelectorAll("[data-language]")) {
    one.setAttribute("aria-pressed", String(one.dataset.language === language));
    one.onclick = () => {
      language = one.dataset.language;
      kept.set("language", language);
      showLanguages();
      if (view) draw();
      else load();
    };
  }
}

function begin() {
  const link = server.link();
  const said = Object.fromEntries(new URLSearchParams(location.search));
  // Neither a payment's token nor what a window said stays in the address.
  history.replaceState(null, "", `${location.pathname}#${link}`);
  kept.set("language", language);
  showLanguages();
  heard(said);
  send();
  setInterval(tick, 1_000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && load());
  window.addEventListener("hashchange", () => location.reload());
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    here.opening = false;
    load();
  });
  load();
}

begin();
