// Keeps a section that is under way as the server has it; once it is over the page is whole again.
const section = document.querySelector("[data-live]");

async function look() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return location.reload();
  section.replaceChildren(...fresh.childNodes);
  setTimeout(look, 2000);
}

if (section) setTimeout(look, 2000);
