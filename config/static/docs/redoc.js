"use strict";

// Runs before Redoc's own script, which makes elements while it loads.
const place = document.getElementById("redoc");

// A policy without 'unsafe-inline' wants the page's nonce on every style element.
const createElement = document.createElement;
document.createElement = function (name, options) {
  const element = createElement.call(this, name, options);
  if (element instanceof HTMLStyleElement) {
    element.nonce = place.dataset.nonce;
  }
  return element;
};

// The footer's logo would come from a foreign host; our own icon stands in its place.
const ours = (url) => (new URL(url, location).origin === location.origin ? url : place.dataset.icon);
const image = HTMLImageElement.prototype;
const source = Object.getOwnPropertyDescriptor(image, "src");
Object.defineProperty(image, "src", {
  ...source,
  set(url) {
    source.set.call(this, ours(url));
  },
});
image.setAttribute = function (name, value) {
  Element.prototype.setAttribute.call(this, name, name === "src" ? ours(value) : value);
};

const monospace = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace';
const light = {
  colors: { primary: { main: "#3b5bdb" } },
  code: { color: "#364fc7", backgroundColor: "#eef1fb" },
};
const dark = {
  colors: {
    primary: { main: "#91a7ff" },
    text: { primary: "#e6e9f0", secondary: "#a9b1c3" },
    border: { dark: "#3a4256", light: "#2a3142" },
    responses: {
      success: { color: "#37a34a", backgroundColor: "#16281c" },
      error: { color: "#ff8787", backgroundColor: "#2d191c" },
      redirect: { color: "#ffd43b", backgroundColor: "#2b2613" },
      info: { color: "#74c0fc", backgroundColor: "#15242f" },
    },
  },
  schema: {
    nestedBackground: "#1b2130",
    linesColor: "#4a5470",
    typeNameColor: "#a9b1c3",
    typeTitleColor: "#c9d1e2",
  },
  sidebar: { backgroundColor: "#151a25", textColor: "#d5dbe8", activeTextColor: "#91a7ff" },
  rightPanel: { backgroundColor: "#10141d" },
  codeBlock: { backgroundColor: "#0b0e15" },
  code: { color: "#bac8ff", backgroundColor: "#232b3d" },
};

document.addEventListener("DOMContentLoaded", () => {
  const { fontFamily } = getComputedStyle(document.body);
  const { matches } = window.matchMedia("(prefers-color-scheme: dark)");
  const { code, ...theme } = matches ? dark : light;
  theme.typography = {
    fontSize: "15px",
    fontFamily,
    headings: { fontFamily },
    code: { ...code, fontFamily: monospace, fontSize: "13px" },
  };
  Redoc.init(place.dataset.url, { scrollYOffset: ".bar", theme }, place);
});
