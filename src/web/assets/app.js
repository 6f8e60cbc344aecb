// Đúng Hẹn: what makes the pages quicker. Every page reads and every form sends without it.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const english = document.documentElement.lang === "en";
const say = (vi, en) => (english ? en : vi);
const typing = (element) => element?.closest("input, select, textarea, [contenteditable]");

function later(wait, deed) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => deed(...given), wait);
  };
}

/* ---- lists: j, k, Enter ---- */

function rows() {
  return $$(".rows tbody tr").filter((row) => !row.closest("[hidden]") && $("a.open", row));
}

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  const link = $("a.open", all[to]);
  link.focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
}

/* ---- keys ---- */

function press(key) {
  const target = $(`[data-key="${key}"]`);
  if (!target) return false;
  if (target instanceof HTMLDetailsElement) openDeed(target);
  else target.click();
  return true;
}

function openDeed(details) {
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  $("select, textarea, input:not([type=hidden])", details)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = typing(event.target)?.form;
      if (form?.method === "post") {
        event.preventDefault();
        form.requestSubmit($("button.primary", form) ?? undefined);
      }
    }
    return;
  }
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || event.isComposing || $("dialog[open]")) return;
  const command = $("#command");
  if (event.key === "/" && command) {
    command.focus();
    command.select();
  } else if (event.key === "?" && $("#keys")) $("#keys").showModal();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "p" && !$('[data-key="p"]')) window.print();
  else if (/^[0-9H]$/.test(event.key) && command) {
    // A scanner types a code wherever the page is; the digit itself still arrives in the field.
    command.focus();
    command.select();
    return;
  } else if (!/^[npt]$/.test(event.key) || !press(event.key)) return;
  event.preventDefault();
});

for (const button of $$("[data-print]")) button.addEventListener("click", () => window.print());

/* ---- a deed named in the address stands open ---- */

function openNamed() {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) openDeed(named);
}
addEventListener("hashchange", openNamed);
openNamed();

if (document.activeElement === document.body && !$("main [autofocus]")) {
  const wrong = $("[aria-invalid=true]");
  wrong?.focus();
  wrong?.select?.();
}

/* ---- choosing in a filter is enough ---- */

for (const form of $$("form[data-auto]"))
  form.addEventListener("change", (event) => event.target.matches("select") && form.requestSubmit());

/* ---- a list is filtered while one types ---- */

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

for (const field of $$("input[data-filter]")) {
  const table = document.getElementById(field.dataset.filter);
  const none = document.getElementById(`${field.dataset.filter}-none`);
  const filter = () => {
    const words = folded(field.value).split(/\s+/);
    let shown = 0;
    for (const group of $$("tbody", table)) {
      const lines = $$("tr[data-found]", group);
      for (const line of lines) line.hidden = !words.every((word) => line.dataset.found.includes(word));
      const left = lines.filter((line) => !line.hidden).length;
      group.hidden = left === 0;
      shown += left;
    }
    none.hidden = shown > 0;
  };
  // The server has filtered by what the field held; while one types, the page does.
  const whole = field.value === "";
  field.addEventListener("input", () => whole && filter());
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    step(1);
  });
}

/* ---- a file is read into the field into which it would be pasted ---- */

for (const chooser of $$("input[data-into]")) {
  chooser.closest(".field").hidden = false;
  chooser.addEventListener("change", async () => {
    const field = document.getElementById(chooser.dataset.into);
    field.value = (await chooser.files[0]?.text()) ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* ---- nothing typed is lost ---- */

const dirty = new Set();
for (const form of $$("form[data-guard]")) {
  form.addEventListener("input", () => dirty.add(form));
  form.addEventListener("submit", () => {
    dirty.delete(form);
    // A second press sends nothing twice; the button comes back if the page is shown again.
    setTimeout(() => $$("button", form).forEach((button) => (button.disabled = true)));
  });
}
addEventListener("beforeunload", (event) => dirty.size > 0 && event.preventDefault());
addEventListener("pageshow", () => $$("form[data-guard] button").forEach((button) => (button.disabled = false)));

/* ---- a field that offers what it may mean: arrows choose, Escape puts away ---- */

function offering(field, id) {
  let list;
  const lines = () => (list ? $$("li", list) : []);
  const chosen = () => lines().find((line) => line.getAttribute("aria-selected") === "true");
  const close = () => {
    list?.remove();
    list = undefined;
    field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-expanded", "false");
  };
  const choose = (line) => {
    for (const one of lines()) one.setAttribute("aria-selected", String(one === line));
    field.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  };
  // Each item has a code, words about it and what happens when it is taken.
  const show = (items) => {
    close();
    if (items.length === 0) return;
    list = document.createElement("ul");
    list.className = "found";
    list.id = id;
    list.setAttribute("role", "listbox");
    items.forEach((item, index) => {
      const line = list.appendChild(document.createElement("li"));
      line.id = `${id}-${index}`;
      line.setAttribute("role", "option");
      const link = line.appendChild(document.createElement("a"));
      link.tabIndex = -1;
      if (item.href) link.href = item.href;
      // The field keeps the focus, so that the list is still there when the button is let go.
      else link.addEventListener("mousedown", (event) => event.preventDefault());
      if (item.take) link.addEventListener("click", item.take);
      for (const [className, text] of [["code", item.code], ["small dim", item.about]]) {
        const part = link.appendChild(document.createElement("span"));
        part.className = className;
        part.textContent = text;
        if (className !== "code") part.lang = "vi";
      }
    });
    field.parentElement.append(list);
    field.setAttribute("aria-controls", id);
    field.setAttribute("aria-expanded", "true");
  };
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.addEventListener("blur", () => setTimeout(close, 150));
  field.addEventListener("keydown", (event) => {
    const all = lines();
    if (event.key === "Escape") close();
    else if (all.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const at = all.indexOf(chosen());
      const by = event.key === "ArrowDown" ? 1 : -1;
      choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
    }
  });
  return { close, show, chosen };
}

/* ---- the command field answers while one types ---- */

const command = $("#command");
if (command) {
  const offers = offering(command, "found");
  let asked;

  const ask = later(150, async () => {
    asked?.abort();
    const text = command.value.trim();
    // Codes alone are offered: a name or number is looked for when it is sent, and noted then.
    if (text.length < 3 || !/\d/.test(text)) return offers.close();
    asked = new AbortController();
    try {
      // What is typed may be the beginning of a number: it stays out of addresses.
      const answer = await fetch("/api/v1/dossiers/search", {
        method: "POST",
        signal: asked.signal,
        headers: { "content-type": "application/json", "accept-language": document.documentElement.lang, "x-csrf-token": $('meta[name="csrf"]')?.content ?? "" },
        body: JSON.stringify({ q: text, codes_only: true, limit: 7 }),
      });
      if (!answer.ok || document.activeElement !== command) return;
      const items = ((await answer.json()).items ?? []).slice(0, 7);
      const href = (item) => `/dossiers/${encodeURIComponent(item.code)}`;
      offers.show(items.map((item) => ({ code: item.code, about: item.procedure_name ?? "", href: href(item) })));
    } catch {
      offers.close();
    }
  });

  command.addEventListener("input", ask);
  command.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !offers.chosen()) return;
    event.preventDefault();
    $("a", offers.chosen()).click();
  });
}

/* ---- intake: Enter moves on, the promise is quoted before anything is sent ---- */

const intake = $("form[data-intake]");
if (intake) {
  const fields = () =>
    $$("input:not([type=hidden]), select, textarea, button", intake).filter(
      (field) =>
        !field.disabled &&
        field.offsetParent &&
        (field.type !== "radio" || field.checked) &&
        // Where there is nothing to choose, there is nothing to pause at.
        field.options?.length !== 1,
    );

  const procedure = intake.elements.procedure;
  const isCode = (text) => /^[123]\.\d{6}/.test(text.trim());
  const go = (field) => {
    const all = fields();
    all[all.indexOf(field) + 1]?.focus();
  };

  intake.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    // Enter on an empty last line has nothing more to say.
    if (field.matches("button") || (field.matches("textarea") && /[^\n]$/.test(field.value))) return;
    event.preventDefault();
    if (field === procedure && !isCode(field.value)) takeFirst();
    else go(field);
  });

  const promise = $("#promise");
  let asked;

  const quote = later(200, async () => {
    asked?.abort();
    const data = new FormData(intake);
    // A datalist may put "code – name" or the name alone into the field: the code leads.
    const procedure = String(data.get("procedure") ?? "").trim();
    if (!/^[123]\.\d{6}/.test(procedure)) return;
    asked = new AbortController();
    try {
      const answer = await fetch("/api/v1/quote", {
        method: "POST",
        signal: asked.signal,
        headers: { "content-type": "application/json", "accept-language": document.documentElement.lang, "x-csrf-token": $('meta[name="csrf"]')?.content ?? "" },
        body: JSON.stringify({
          procedure: procedure.split(/\s/)[0],
          receiving_unit: data.get("receiving_unit"),
          channel: data.get("channel"),
        }),
      });
      const body = await answer.json();
      if (answer.ok) showPromise(body);
      else showRefusal(body.detail ?? body.title ?? "");
    } catch (error) {
      if (error.name !== "AbortError") showRefusal(say("Chưa hỏi được máy chủ. Xin bấm “Tính ngày hẹn”.", "The server could not be asked. Press “Count the return date”."));
    }
  });

  const weekdays = say(
    ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  );
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  const line = (parent, tag, className, text) => {
    const element = parent.appendChild(document.createElement(tag));
    element.className = className;
    element.textContent = text;
    return element;
  };

  function panel(className) {
    promise.replaceChildren();
    return line(promise, "div", className, "");
  }

  function showPromise(body) {
    // The local text of the instant is what the office says; this machine's zone plays no part.
    const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(body.due_at ?? "");
    if (!parts) {
      const box = panel("promise unknown");
      line(box, "span", "label", say("Ngày hẹn trả", "Return date"));
      line(box, "span", "day", say("Thủ tục này không có thời hạn giải quyết.", "This procedure has no time limit."));
      return;
    }
    const [, year, month, day, hour] = parts;
    const weekday = weekdays[new Date(Date.UTC(+year, +month - 1, +day)).getUTCDay()];
    const box = panel("promise changed");
    line(box, "span", "label", say("Ngày hẹn trả", "Return date"));
    const time = line(box, "time", "", "");
    time.dateTime = body.due_at;
    line(time, "span", "day fold", weekday);
    line(time, "span", "date fold", say(`${day}/${month}/${year}`, `${+day} ${months[month - 1]} ${year}`));
    line(time, "span", "hour fold", [hour, body.limit_words].filter(Boolean).join(" · "));
    for (const warning of body.warnings ?? []) line(promise, "p", "notice", warning.text);
    if (body.picture || body.explanation) {
      const figure = promise.appendChild(document.createElement("figure"));
      figure.className = "month";
      const picture = body.picture && new DOMParser().parseFromString(body.picture, "image/svg+xml").documentElement;
      if (picture?.localName === "svg") figure.append(document.importNode(picture, true));
      if (body.explanation) line(figure, "figcaption", "small", body.explanation);
    }
    if (body.procedure_name) $("#procedure-name").textContent = body.procedure_name;
    if (Array.isArray(body.components)) showComponents(body.components);
  }

  function showComponents(names) {
    const boxes = $$("#components input");
    // The same papers stay where they are: the focus may be among them.
    if (boxes.length === names.length && boxes.every((box, index) => box.value === names[index])) return;
    const given = new Set($$("#components :checked").map((box) => box.value));
    const lines = names.map((name) => {
      const label = document.createElement("label");
      label.className = "check";
      label.lang = "vi";
      const box = label.appendChild(document.createElement("input"));
      Object.assign(box, { type: "checkbox", name: "components", value: name, checked: given.has(name) });
      label.append(name);
      return label;
    });
    $("#components").replaceChildren(...lines);
  }

  function showRefusal(why) {
    const box = panel("promise unknown");
    line(box, "span", "label", say("Ngày hẹn trả chưa tính được", "The return date can't be counted yet"));
    line(box, "p", "error", why);
  }

  /* The list of the browser itself would want each accent as it is written: ours takes its place. */
  procedure.removeAttribute("list");
  const offers = offering(procedure, "procedures-found");
  let looked = { text: "", items: [] };

  async function look() {
    const text = procedure.value.trim();
    if (text.length < 2 || isCode(text)) return [];
    if (text === looked.text) return looked.items;
    const answer = await fetch(`/api/v1/procedures?limit=9&q=${encodeURIComponent(text)}`);
    const items = answer.ok ? ((await answer.json()).items ?? []) : [];
    looked = { text, items };
    return items;
  }

  function take(item) {
    procedure.value = item.code;
    $("#procedure-name").textContent = item.name;
    offers.close();
    quote();
    go(procedure);
  }

  const suggest = later(120, async () => {
    try {
      const items = await look();
      // Whoever went on typing is answered by what comes after this.
      if (document.activeElement !== procedure || procedure.value.trim() !== looked.text) return offers.close();
      offers.show(items.map((item) => ({ code: item.code, about: item.name, take: () => take(item) })));
    } catch {
      // Suggestions are a convenience: the field takes a code or a name without them.
      offers.close();
    }
  });

  // Enter takes what is chosen, else the first that is offered; words that find nothing stay.
  async function takeFirst() {
    if (offers.chosen()) return $("a", offers.chosen()).click();
    const [item] = await look().catch(() => []);
    if (item) take(item);
    else go(procedure);
  }

  intake.addEventListener("input", (event) => {
    if (event.target !== procedure) return;
    suggest();
    quote();
  });
  intake.addEventListener("change", (event) => {
    if (["procedure", "receiving_unit", "channel"].includes(event.target.name)) quote();
  });
}

/* ---- the page keeps itself up to date, unless someone is typing in it ---- */

const live = document.body.dataset.live;
if (live && "EventSource" in window) {
  const refresh = later(400, async () => {
    const old = $("[data-fresh]");
    if (!old || typing(document.activeElement)) return;
    if (dirty.size > 0) return notice();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = $(`[data-fresh="${old.dataset.fresh}"]`, page);
      const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
      if (!fresh) return;
      old.replaceWith(document.adoptNode(fresh));
      const crown = $(".crown", page);
      if (crown) $(".crown")?.replaceWith(document.adoptNode(crown));
      if (focused) $$("a").find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
    } catch {
      // The next message tries again.
    }
  });
  // What someone is writing stays; they are told that it may no longer fit.
  const notice = () => {
    if ($("#changed")) return;
    const line = document.createElement("p");
    line.id = "changed";
    line.className = "flash";
    line.setAttribute("role", "status");
    line.textContent = say("Trang này vừa có thay đổi. Xin tải lại trước khi gửi biểu mẫu.", "This page has just changed. Please reload it before you send the form.");
    $("#main").prepend(line);
  };
  const source = new EventSource(live);
  source.onmessage = refresh;
  for (const kind of ["dossier", "board"]) source.addEventListener(kind, refresh);
  addEventListener("pagehide", () => source.close());
}
