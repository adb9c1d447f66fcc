"use strict";

const begin = JSON.parse(document.getElementById("begin").textContent);
const $ = selector => document.querySelector(selector);
const USUAL = { mail: "sign_up", language: "en", brand: "default", example: "usual", scheme: "light", view: "html", width: "600" };
const ALL = "all";
const FORCED = "Forced dark is simulated: lightness is turned round and images are left alone, much as Gmail’s app on iOS and Outlook’s apps on phones treat mails. Each differs from it in its own way.";
const NAMES = { "usual": "The usual", "no-name": "No name", "long-name": "A long name", "rtl-name": "A name from right to left", "no-code": "No password", "NO_ACTION": "Cognito did nothing", "MFA": "Cognito asked for a second factor", "MFA_IF_CONFIGURED": "… of those who have one", "MFA_REQUIRED": "… of everybody" };
const NOTICE = "account_take_over_notification";
let choices = begin.choices;
let state;

const element = (name, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
};
const words = slug => (slug[0].toUpperCase() + slug.slice(1)).replaceAll("_", " ");
const languageName = tag => {
  const name = new Intl.DisplayNames([tag], { type: "language", fallback: "code" }).of(tag);
  return name[0].toLocaleUpperCase(tag) + name.slice(1);
};

// -- where the mails come from: the server, or the files beside this page ---------------------------------

const waiting = new Map();
window.mailroom = (path, found) => waiting.get(path)?.(found);
const fromFile = path => new Promise((resolve, reject) => {
  waiting.set(path, resolve);
  document.head.append(element("script", { src: path, onerror: reject }));
});
const query = wanted => new URLSearchParams(wanted).toString();
const only = ({ mail, language, brand, example }) => ({ mail, language, brand, example });
const files = new Map();
const kept = async wanted => {
  const path = begin.files[`${wanted.brand}/${wanted.language}/${wanted.mail}`];
  if (!files.has(path)) files.set(path, fromFile(path));
  return (await files.get(path))[wanted.example];
};
const forEver = () => new Promise(() => {}); // where there is no server any more, of which the stream of changes tells
const ask = async (what, wanted = {}) => (await fetch(`${what}?${query(wanted)}`).catch(forEver)).json();
const mailOf = wanted => begin.files ? kept(wanted) : ask("mail", only(wanted));
const findingsOf = async wanted => begin.files ? (await kept(wanted)).findings : ask("findings", only(wanted));
const folderFaults = async () => begin.files ? begin.folder : ask("folder");

// -- the state, all of which is in the address -----------------------------------------------------------

const address = changes => {
  const all = { ...state, ...changes };
  return `?${query(Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== USUAL[name] || name === "mail")))}`;
};
const read = () => {
  state = { ...USUAL, ...Object.fromEntries(new URLSearchParams(location.search)) };
  if (!choices.brands[state.brand]) state.brand = Object.keys(choices.brands)[0];
  const { languages } = choices.brands[state.brand];
  if (!languages.includes(state.language)) state.language = languages[0];
  if (state.mail !== ALL && !choices.mails[state.mail]) state.mail = USUAL.mail;
};
const go = (changes, { replace = false } = {}) => {
  history[replace ? "replaceState" : "pushState"](null, "", address(changes));
  show();
};
// A mail that has no such example shows the usual one, and the next mail may have it again.
const wanted = () => ({ ...state, example: choices.mails[state.mail]?.includes(state.example) ? state.example : USUAL.example });

// -- a mail in a frame -----------------------------------------------------------------------------------

const dressed = ({ html, images }, scheme) => {
  html = html.replace(/\bcid:[\w.@-]+/g, id => images[id] ?? id);
  if (scheme === "bare") html = html.replace(/<style\b[^]*?<\/style>/gi, "");
  // The queries are answered here: a browser would ask the system instead, also for what is left unsaid.
  const knows = /\bcolor-scheme\b["']?[^>}]*\bdark\b/i.test(html);
  const answer = { light: "(max-width: 0)", dark: "(max-width: 0)", [scheme === "dark" ? "dark" : "light"]: "(min-width: 0)" };
  html = html.replace(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi, (_, asked) => answer[asked.toLowerCase()]);
  const only = knows ? `:root { color-scheme: only ${scheme === "dark" ? "dark" : "light"} !important; }` : "";
  // A frame is as high as its page, not the other way round; and clients show mails within pages that have a doctype.
  return `${/^\s*<!doctype/i.test(html) ? "" : "<!doctype html>"}${html}<style>${only} html, body { height: auto !important; min-height: 0 !important; }</style>`;
};
const RE_INVERTED = "<style>img { filter: invert(1) hue-rotate(180deg); }</style>";
const fill = (frame, mail) => {
  const page = frame.contentDocument;
  frame.className = state.scheme;
  page.open();
  page.write(dressed(mail, state.scheme) + (state.scheme === "forced" ? RE_INVERTED : ""));
  page.close();
  page.addEventListener("click", event => event.target.closest("a") && event.preventDefault());
  frame.fit?.disconnect();
  frame.fit = new ResizeObserver(() => { frame.style.height = `${page.documentElement.offsetHeight}px`; });
  frame.fit.observe(page.documentElement);
};
// Nothing in it may run; the same origin lets this page write into it and see how high it is.
const frameFor = title => {
  const frame = element("iframe", { title });
  frame.setAttribute("sandbox", "allow-same-origin");
  return frame;
};

// -- what is shown ---------------------------------------------------------------------------------------

const showChoices = () => {
  const link = (mail, name) => {
    const made = element("a", { href: address({ mail }), textContent: name });
    if (mail === state.mail) made.setAttribute("aria-current", "page");
    return element("li", {}, made);
  };
  $("#mails").replaceChildren(link(ALL, "All mails, all languages"), ...Object.keys(choices.mails).map(mail => link(mail, words(mail))));
  const options = (name, values, label) => {
    const select = $(`select[name=${name}]`);
    select.replaceChildren(...values.map(value => element("option", { value, textContent: label(value) })));
    select.value = wanted()[name];
    select.parentElement.hidden = values.length < 2 || (state.mail === ALL && name === "language");
  };
  options("language", choices.brands[state.brand].languages, languageName);
  options("brand", Object.keys(choices.brands), label => label === "default" ? choices.brands[label].name : `${choices.brands[label].name} (${label})`);
  options("example", choices.mails[state.mail] ?? Object.values(choices.mails)[0], name => name === "usual" && state.mail === NOTICE ? "Cognito blocked the sign-in" : NAMES[name] ?? name);
  for (const name of ["scheme", "view"]) {
    const radio = $(`input[name=${name}][value="${CSS.escape(state[name])}"]`) ?? $(`input[name=${name}]`);
    radio.checked = true;
    state[name] = radio.value;
  }
  $("#views").hidden = $("aside").hidden = state.mail === ALL;
  $("#ruler input").value = state.width;
  state.width = $("#ruler input").value; // within its bounds
  $("#ruler output").textContent = `${state.width} px`;
  $("#note").hidden = state.scheme !== "forced";
  $("#note").textContent = FORCED;
};

const excerpt = ({ file, line, lines }) => [
  element("small", { textContent: `${file}, line ${line}` }),
  element("pre", {}, ...lines.map(([number, text]) => element(number === line ? "mark" : "div", {}, element("i", { textContent: number }), text))),
];
const showFaults = faults => {
  $("#faults").hidden = !faults.length;
  $("#faults").replaceChildren(...faults.flatMap(({ says, place }) => [element("p", { textContent: says }), ...(place ? excerpt(place) : [])]));
};

const showInbox = ({ sender: [name, spec], subject, preheader }) => {
  const inbox = $("#inbox");
  inbox.hidden = state.view !== "html";
  inbox.querySelector(".avatar").textContent = [...(name || spec)][0].toUpperCase();
  inbox.querySelector("bdi").textContent = name || spec;
  Object.assign(inbox.querySelector(".subject"), { textContent: subject, lang: state.language });
  Object.assign(inbox.querySelector(".preheader"), { textContent: preheader, lang: state.language });
};

const views = {
  html: mail => {
    const frame = $("#shown > iframe") ?? frameFor("The mail");
    if (!frame.isConnected) $("#shown").replaceChildren(frame);
    frame.width = state.width;
    fill(frame, mail);
  },
  text: mail => $("#shown").replaceChildren(element("pre", { className: "text", dir: "auto", lang: state.language, textContent: mail.text })),
  source: mail => $("#shown").replaceChildren(element("pre", {}, ...mail.html.split("\n").map((line, index) => element("div", {}, element("i", { textContent: index + 1 }), line)))),
  headers: mail => $("#shown").replaceChildren(element("dl", {}, ...mail.headers.flatMap(([name, read, sent]) => [
    element("dt", { textContent: name }),
    element("dd", {}, element("bdi", { textContent: read }), ...(read === sent ? [] : [element("small", { textContent: sent })])),
  ]))),
};

let turn = 0; // an answer that comes after its turn is over is not shown any more
const showMail = async () => {
  const mine = ++turn;
  const asked = wanted();
  const mail = await mailOf(asked);
  if (mine !== turn) return;
  showFaults([...choices.problems, ...(mail.fault ? [mail.fault] : [])]);
  Object.assign($("#title"), mail.subject ? { textContent: mail.subject, lang: state.language } : { textContent: words(state.mail), lang: "en" });
  document.title = `${words(state.mail)}, ${languageName(state.language)}`;
  $("#ruler").hidden = Boolean(mail.fault) || state.view !== "html";
  if (mail.fault) {
    $("#inbox").hidden = true;
    $("#shown").replaceChildren();
  } else {
    showInbox(mail);
    views[state.view](mail);
  }
  document.body.dataset.shown = query(asked);
  if (mail.fault) $("#findings").replaceChildren(element("li", { textContent: "There is no mail to check." }));
  else showFindings(asked, mine);
};

const LEVELS = { ok: "✓", note: "–", warning: "△ Warning:", error: "✕ Error:" };
const finding = ({ check, level, says, places }) => element("li", { className: level },
  element("b", { textContent: `${LEVELS[level]} ${words(check)}` }), says,
  ...(places.length ? [element("details", {}, element("summary", { textContent: "Which" }), element("ul", {}, ...places.map(place => element("li", { textContent: place }))))] : []));
const showFindings = async (asked, mine) => {
  const found = await findingsOf(asked);
  if (mine !== turn) return;
  const opened = [...document.querySelectorAll("#findings details[open]")].map(details => details.parentElement.querySelector("b").textContent);
  $("#findings").replaceChildren(...found.map(finding));
  for (const item of $("#findings").children) if (opened.includes(item.querySelector("b").textContent)) item.querySelector("details")?.setAttribute("open", "");
  const bad = found.filter(({ level }) => level === "error" || level === "warning").length;
  $("#said").textContent = `${document.title}: ${bad ? `${bad} checks found something` : "nothing is wrong"}.`;
  const faults = await folderFaults(); // of all mails in all languages, which takes a moment
  if (mine === turn) $("#findings").prepend(...faults.map(says => finding({ check: "folder", level: "error", says, places: [] })));
};

// -- all mails in all languages, each when it comes into view ---------------------------------------------

const TILE = 240;
const seen = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(({ target }) => {
  seen.unobserve(target);
  showTile(target);
}), { rootMargin: "600px" });
const showTile = async tile => {
  const mail = await mailOf(tile.wanted);
  if (!tile.isConnected) return;
  const inner = tile.querySelector(".tile");
  tile.querySelector(".subject").textContent = mail.subject ?? "";
  if (mail.fault) return inner.replaceChildren(element("span", { className: "says bad", textContent: mail.fault.says }));
  const frame = inner.querySelector("iframe") ?? frameFor("");
  frame.tabIndex = -1;
  frame.width = state.width;
  frame.style.transform = `scale(${TILE / state.width})`;
  if (!frame.isConnected) inner.replaceChildren(frame);
  fill(frame, mail);
};
let sheetOf;
const showSheet = () => {
  turn += 1;
  showFaults(choices.problems);
  $("#inbox").hidden = true;
  $("#ruler").hidden = false;
  Object.assign($("#title"), { textContent: "All mails, all languages", lang: "en" });
  document.title = $("#title").textContent;
  const { languages } = choices.brands[state.brand];
  const shape = JSON.stringify([Object.keys(choices.mails), languages, state.brand]);
  if (shape !== sheetOf || !$("#shown .sheet")) {
    $("#shown").replaceChildren(...Object.keys(choices.mails).flatMap(mail => [
      element("h2", { textContent: words(mail) }),
      element("div", { className: "sheet" }, ...languages.map(language => {
        const inner = element("span", { className: "tile" });
        inner.setAttribute("aria-hidden", "true");
        const says = element("span", { className: "says" }, element("b", { textContent: languageName(language) }), " ", element("span", { className: "subject", dir: "auto", lang: language }));
        return Object.assign(element("a", {}, inner, says), { cell: { mail, language } });
      })),
    ]));
    sheetOf = shape;
  }
  for (const tile of document.querySelectorAll(".sheet a")) {
    const example = choices.mails[tile.cell.mail].includes(state.example) ? state.example : USUAL.example;
    tile.wanted = { ...state, ...tile.cell, example };
    tile.href = address(tile.cell);
    seen.unobserve(tile);
    seen.observe(tile);
  }
  document.body.dataset.shown = ALL;
};

const show = () => {
  read();
  showChoices();
  return state.mail === ALL ? showSheet() : showMail();
};

// -- what one can do -------------------------------------------------------------------------------------

document.addEventListener("click", event => {
  const link = event.target.closest("nav a, .sheet a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  show();
  if (!link.closest("nav")) $("#stage").focus();
});
$("#switches").addEventListener("change", event => go({ [event.target.name]: event.target.value }));
$("#switches").addEventListener("submit", event => event.preventDefault());
$("#ruler input").addEventListener("input", event => {
  state.width = event.target.value;
  $("#ruler output").textContent = `${state.width} px`;
  if ($("#shown > iframe")) $("#shown > iframe").width = state.width;
});
$("#ruler input").addEventListener("change", event => go({ width: event.target.value }, { replace: true }));
$("#ruler").addEventListener("click", event => event.target.value && event.target.tagName === "BUTTON" && go({ width: event.target.value }));
addEventListener("popstate", show);

$("#send").hidden = !begin.sends;
$("#send").addEventListener("submit", async event => {
  event.preventDefault();
  const said = $("#send [role=status]");
  said.textContent = "Sending …";
  const body = JSON.stringify({ token: begin.token, address: event.target.address.value });
  const answer = await fetch(`send?${query(only(wanted()))}`, { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(forEver);
  const { sent, fault } = answer.ok ? await answer.json() : { fault: "This page is out of date: load it again." };
  said.textContent = sent ?? fault;
});

if (!begin.files) {
  let seen = begin.version;
  let gone = false;
  const changes = new EventSource("changes");
  changes.addEventListener("message", async ({ data }) => {
    if (gone) return location.reload(); // which gets the new server's token, too
    const { version, choices: latest } = JSON.parse(data);
    if (seen !== version) {
      choices = latest;
      await show();
      document.body.dataset.version = version;
    }
    seen = version;
  });
  changes.addEventListener("error", () => {
    gone = true;
    showFaults([{ says: "The preview has ended. Start it again, and this page goes on." }]);
  });
}
show();
