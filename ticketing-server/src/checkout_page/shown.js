// How an order looks: from what the server said to elements. Nothing here asks or changes anything.

/** An element with its attributes, its listeners (`onclick`) and its children. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith("on")) element.addEventListener(attribute.slice(2), value);
    else if (value === true) element.setAttribute(attribute, "");
    else if (value !== false && value != null) element.setAttribute(attribute, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function shown(language, words) {
  const money = ({ amount, currency }) => {
    const format = new Intl.NumberFormat(language, { style: "currency", currency });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  };
  const time = (at, timeZone) => new Intl.DateTimeFormat(language, {
    timeZone, year: "numeric", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(new Date(at));
  const label = (view, seat) => view.labels[view.order.seats.indexOf(seat)] || String(seat);
  const isReturned = (view, seat) => seat != null && view.order.returned.includes(seat);

  function facts(view) {
    const where = el("dd", {}, view.venue);
    if (view.address) where.append(el("br"), view.address);
    const list = el("dl", { class: "facts" },
      el("dt", {}, words.when), el("dd", {}, el("time", { datetime: view.starts_at }, time(view.starts_at, view.time_zone))),
      el("dt", {}, words.where), where,
      el("dt", {}, words.seller), el("dd", {}, view.seller));
    if (view.age_limit > 0) list.append(el("dt", {}, words.age), el("dd", {}, words.ageFrom(view.age_limit)));
    list.append(el("dt", {}, words.number), el("dd", {}, view.order.id));
    return list;
  }

  function lines(view) {
    const row = ({ kind, seat, amount }) => {
      const what = seat == null ? words.fee : label(view, seat);
      const name = el("td", {}, kind === "fee" && seat != null ? words.feeFor(what) : what);
      if (isReturned(view, seat)) name.append(` (${words.returned})`);
      return el("tr", {}, name, el("td", {}, money(amount)));
    };
    return el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.item), el("th", { scope: "col" }, words.price))),
      el("tbody", {}, ...view.order.lines.map(row)),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, words.total), el("td", {}, money(view.order.total)))));
  }

  function rule({ days_before, hours_since_order, fee_percent, fee_at_most, keep_booking_fee }) {
    const when = [days_before != null && words.rule.days(days_before), hours_since_order != null && words.rule.hours(hours_since_order)];
    const kept = [fee_percent === 0 && !keep_booking_fee ? words.rule.nothing : words.rule.percent(fee_percent)];
    if (fee_at_most && fee_percent > 0) kept.push(words.rule.atMost(money(fee_at_most)));
    if (keep_booking_fee) kept.push(words.rule.feeToo);
    return `${when.filter(Boolean).join(", ") || words.rule.otherwise}: ${kept.join(", ")}`;
  }

  function terms(view) {
    const rules = view.order.refund_terms;
    const list = el("ul", { class: "terms" }, el("li", {}, words.termsStart));
    if (rules.length === 0) list.append(el("li", {}, words.termsNone));
    if (rules.length > 1) list.append(el("li", {}, words.termsFirst));
    list.append(...rules.map((one) => el("li", {}, rule(one))));
    if (view.moved_at && view.moved_refund_days > 0) {
      list.append(el("li", {}, words.moved(time(view.moved_at, view.time_zone), view.moved_refund_days)));
    }
    return [el("h2", {}, words.terms), list];
  }

  function refunds(view) {
    const { refunds: all, fees_kept } = view.order;
    if (all.length === 0 && !fees_kept) return [];
    const rows = all.map(({ amount, status }) => [words.refundStatus[status] ?? status, money(amount)]);
    if (fees_kept) rows.push([words.feesKept, money(fees_kept)]);
    const row = ([what, amount]) => el("tr", {}, el("td", {}, what), el("td", {}, amount));
    return [el("h2", {}, words.refunds), el("table", {}, el("tbody", {}, ...rows.map(row)))];
  }

  function picture({ qr_side, qr_path }, name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${qr_side} ${qr_side}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", name);
    svg.setAttribute("shape-rendering", "crispEdges");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", qr_path);
    path.setAttribute("fill", "#000000");
    svg.append(path);
    return svg;
  }

  function tickets(view) {
    const ticket = (one) => {
      const name = el("strong", {}, one.label);
      const item = el("li", { class: one.status }, name, picture(one, words.qr(one.label)), el("p", { class: "code" }, one.code));
      if (one.status !== "valid") name.append(` (${words[one.status] ?? one.status})`);
      return item;
    };
    return [el("h2", {}, words.tickets), el("ul", { class: "tickets" }, ...view.tickets.map(ticket))];
  }

  function notice([title, text], kind, ...more) {
    return el("div", { class: `notice ${kind}` }, el("strong", {}, title), el("p", {}, text), ...more);
  }

  return { money, time, label, facts, lines, terms, refunds, tickets, notice };
}
