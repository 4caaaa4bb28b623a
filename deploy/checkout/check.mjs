// A person's whole way through the checkout page, in Korean and in English, by keyboard alone, on a
// telephone and at a desk: pays, is declined, pays again, reloads in the middle, has a second tab, is too
// late, reads its tickets with a scanner, gives back. Each face of the page is looked at by axe, and kept
// as a picture.
//
//     TICKETING_ADMIN_EMAIL=.. TICKETING_ADMIN_PASSWORD=.. node check.mjs http://127.0.0.1:8080 PICTURES

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { House } from "./house.mjs";

const [url, pictures] = process.argv.slice(2);
const { TICKETING_ADMIN_EMAIL: email, TICKETING_ADMIN_PASSWORD: password, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert(url && pictures && email && password, "usage: TICKETING_ADMIN_EMAIL=.. TICKETING_ADMIN_PASSWORD=.. check.mjs URL PICTURES");
assert(new URL(url).hostname === "127.0.0.1", "only a server on loopback");

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TABS_MAX = 60;
const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
const SAID = {
  en: {
    locale: "en-GB", title: "A concert", pay: /^Pay ₩/, declined: "Your payment was declined", paid: "Here are your tickets", processing: "being processed",
    giveBack: "Give tickets back", quote: "See what comes back", confirm: /^Give back, for/, partly: "partly given back", ended: "The order has ended",
    expired: "The time to pay is over", giveUp: "Give the order up", yes: "Yes, give it up", cancelled: "The order was given up", closed: "The payment window was closed", badLink: "This link is not good",
  },
  ko: {
    locale: "ko-KR", title: "여름 밤의 음악회", pay: /결제하기$/, declined: "결제가 거절되었습니다", paid: "티켓입니다", processing: "결제를 처리하고 있습니다",
    giveBack: "티켓 취소", quote: "환불 금액 보기", confirm: /환불받기$/, partly: "일부 취소됨", ended: "주문이 종료되었습니다",
    expired: "결제 시간이 끝났습니다", giveUp: "주문 포기", yes: "예, 포기합니다", cancelled: "주문을 포기했습니다", closed: "결제창이 닫혔습니다", badLink: "올바르지 않은 링크입니다",
  },
};
const STANDARD = [
  { days_before: 10, fee_percent: 0 }, { days_before: 7, fee_percent: 10, keep_booking_fee: true },
  { days_before: 1, fee_percent: 30, keep_booking_fee: true }, { fee_percent: 90, keep_booking_fee: true },
];

mkdirSync(pictures, { recursive: true });
const house = new House(url, email, password);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A person with a keyboard, before one order. */
class Person {
  static async at(order, language, size, scheme = "light") {
    const context = await browser.newContext({ locale: SAID[language].locale, viewport: SIZES[size], colorScheme: scheme, acceptDownloads: true });
    const page = await context.newPage();
    const person = new Person();
    Object.assign(person, { context, page, order, language, size, words: SAID[language], wrong: [] });
    person.listen(page);
    await page.goto(order.payment.checkout_url);
    return person;
  }

  listen(page) {
    page.on("pageerror", (error) => this.wrong.push(String(error)));
    // A refusal that the page shows is no fault of it.
    page.on("console", (message) => message.type() === "error" && !/status of 4\d\d/.test(message.text()) && this.wrong.push(message.text()));
  }

  async sees(text, page = this.page) {
    await page.locator("#order", { hasText: text }).waitFor({ timeout: 20_000 });
  }

  /** Moves with the tabulator until something of this name has the focus. */
  async reach(name, page = this.page) {
    const fits = (text) => (name instanceof RegExp ? name.test(text) : text === name);
    for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
      const focused = await page.evaluate(() => {
        const it = document.activeElement;
        // Where the page moved the focus by itself, nothing is chosen yet.
        if (it?.dataset.goTo) return "";
        return (it?.closest("label")?.textContent ?? it?.textContent ?? "").trim();
      });
      if (fits(focused)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`${this.language}: ${TABS_MAX} tabs do not reach ${name}`);
  }

  async press(name, page = this.page) {
    await this.reach(name, page);
    await page.keyboard.press("Enter");
  }

  /** Through the gateway's window. */
  async window(answer) {
    await this.page.waitForURL(/\/checkout\/[0-9a-f]{32}\?/);
    await this.press(answer);
    await this.page.waitForURL(/\/checkout\/[0-9a-f-]{36}/);
  }

  /** No finding of axe; and a picture to look at. */
  async looks(face) {
    assert.equal(await this.page.evaluate(() => document.documentElement.lang), this.language);
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
    assert.deepEqual(found, [], `${this.language} ${this.size} ${face}`);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, `${face} does not scroll sideways`);
    const picture = join(pictures, `${this.language}-${this.size}-${face}.png`);
    await this.page.screenshot({ path: picture, fullPage: true });
    return picture;
  }

  async leave() {
    assert.deepEqual(this.wrong, [], "nothing was wrong on the console");
    await this.context.close();
  }
}

const scanned = (picture) => execFileSync("zbarimg", ["--nodbus", "--quiet", "--raw", picture], { encoding: "utf8" }).trim().split("\n").sort();
const codes = async (order) => (await house.tickets(order)).items.map((ticket) => ticket.code).sort();

async function buysAndGivesBack(performance, seats, language, size) {
  const order = await house.order(performance, seats);
  const person = await Person.at(order, language, size);
  const { page, words } = person;
  await person.sees(words.title);
  await person.looks("pending");
  // Neither the link nor a payment's token is sent to anybody in an address.
  const sent = [];
  page.on("request", (request) => sent.push(request.url()));

  await person.press(words.pay);
  await person.window("Close");
  await person.sees(words.closed);
  await person.press(words.pay);
  await person.window("Decline");
  await person.sees(words.declined);
  await person.looks("declined");
  await page.reload();
  await person.sees(words.declined);

  // Reloads while its payment is on its way; a second tab sees how far it is.
  let release;
  const held = new Promise((done) => { release = done; });
  let posts = 0;
  await person.context.route("**/payment", async (route) => {
    posts += 1;
    if (posts === 1) await held;
    await route.continue().catch(() => {});
  });
  await person.press(words.pay);
  await person.window("Approve");
  await person.sees(words.processing);
  await person.looks("processing");
  assert(!page.url().includes("paymentToken"), "no token stays in the address");
  await page.reload();
  await person.sees(words.paid);
  release();
  const other = await person.context.newPage();
  person.listen(other);
  await other.goto(order.payment.checkout_url);
  await person.sees(words.paid, other);
  await other.close();
  assert(posts >= 2, "the reload sent it again");
  const link = order.payment.checkout_url.split("#")[1];
  assert(!sent.some((address) => address.includes(link)), "the link stays in the browser");

  const picture = await person.looks("paid");
  assert.deepEqual(scanned(picture), await codes(order), "a scanner reads the tickets from the screen");
  await prints(person, order);

  await person.press(words.giveBack);
  await person.reach(/Floor/);
  await page.keyboard.press("Space");
  await person.press(words.quote);
  await person.reach(words.confirm);
  await person.looks("quote");
  await page.keyboard.press("Enter");
  await person.sees(words.partly);
  const partly = await person.looks("partly");
  assert.deepEqual(scanned(partly), await codes(order));
  await person.press(words.giveBack);
  await person.press(words.quote);
  await person.press(words.confirm);
  await person.sees(words.ended);
  await person.looks("ended");
  await person.leave();
}

/** The sheets open in poppler, are as large as the paper, and a scanner reads them. */
async function prints(person, order) {
  const papers = { "A4": ["a4", /A4|595\.\d+ x 841\.\d+/], "80": ["80mm", /226\.\d+ x /] };
  for (const [name, [paper, size]] of Object.entries(papers)) {
    const coming = person.page.waitForEvent("download");
    await person.press(new RegExp(`\\(.*${name}.*\\)$`));
    const file = join(pictures, `${person.language}-${person.size}-${paper}.pdf`);
    await (await coming).saveAs(file);
    assert.match(execFileSync("pdfinfo", [file], { encoding: "utf8" }), size);
    const text = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
    assert(text.includes(person.words.title) && text.includes("예술의전당 콘서트홀"), text);
    execFileSync("pdftoppm", ["-png", "-r", "150", file, file.replace(".pdf", "")]);
    const pages = (await house.tickets(order)).items.length;
    const read = Array.from({ length: pages }, (_, at) => scanned(file.replace(".pdf", `-${at + 1}.png`))).flat().sort();
    assert.deepEqual(read, await codes(order));
  }
}

async function isTooLate(performance, seats, language) {
  const order = await house.order(performance, seats);
  const person = await Person.at(order, language, "phone", "dark");
  await person.sees(person.words.title);
  await person.looks("dark");
  await person.sees(person.words.expired);
  await person.looks("expired");
  await person.leave();
}

async function givesUp(performance, seats, language) {
  const order = await house.order(performance, seats);
  const person = await Person.at(order, language, "phone");
  await person.sees(person.words.title);
  await person.press(person.words.giveUp);
  await person.reach(person.words.yes);
  await person.looks("give-up");
  await person.page.keyboard.press("Enter");
  await person.sees(person.words.cancelled);
  await person.looks("cancelled");
  await person.leave();
}

async function hasABadLink(performance, seats, language) {
  const order = await house.order(performance, seats);
  const cut = { ...order, payment: { checkout_url: order.payment.checkout_url.slice(0, -3) } };
  const person = await Person.at(cut, language, "phone");
  await person.sees(person.words.badLink);
  await person.looks("bad-link");
  await person.leave();
}

try {
  await house.open();
  let seat = 0;
  const two = () => [seat++, seat++];
  for (const language of ["ko", "en"]) {
    const { title } = SAID[language];
    const booking_fee = { amount: 1_000, currency: "KRW" };
    const sold = await house.performance({ title, policy: { refund_terms: STANDARD, booking_fee } });
    for (const size of Object.keys(SIZES)) await buysAndGivesBack(sold, two(), language, size);
    await givesUp(sold, two(), language);
    await hasABadLink(sold, two(), language);
    const hurried = await house.performance({ title, policy: { pay_seconds: 4 } });
    await isTooLate(hurried, two(), language);
  }
  writeFileSync(join(pictures, "done"), "");
  console.log(`the checkout page: all faces in two languages, pictures in ${pictures}`);
} finally {
  await browser.close();
}
