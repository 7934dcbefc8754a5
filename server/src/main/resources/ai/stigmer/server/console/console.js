"use strict";
(() => {
  const NEAR = 120;

  // What a form has led to is told once, not at each reload.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const field = document.querySelector("[data-search]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    }
  });

  // Whoever reads at the end stays there; whoever reads elsewhere is left alone.
  function following(change) {
    const page = document.documentElement;
    const atEnd = page.scrollHeight - page.clientHeight - page.scrollTop < NEAR;
    change();
    if (atEnd) {
      page.scrollTop = page.scrollHeight;
    }
  }

  // A part that is replaced keeps what its reader has opened. Each item of a story has at most one such thing of its own.
  function opened(part) {
    return [...part.querySelectorAll("details[open]")].map((details) => details.closest(".item")?.id);
  }
  function open(items) {
    items.forEach((id) => {
      const details = id && document.getElementById(id)?.querySelector("details");
      if (details) {
        details.open = true;
      }
    });
  }
  let kept = [];
  for (const before of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) {
    document.addEventListener(before, (event) => {
      kept = event.detail.shouldSwap ? opened(event.detail.target) : [];
    });
  }
  for (const after of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
    document.addEventListener(after, () => {
      open(kept);
      kept = [];
    });
  }

  // What a page shows must not look like now when it is not.
  const stale = document.getElementById("stale");
  let isLost = false;
  function isStale(so) {
    stale.hidden = !so;
  }
  document.addEventListener("htmx:sendError", () => isStale(true));
  document.addEventListener("htmx:responseError", () => isStale(true));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && !isLost) {
      isStale(false);
    }
  });

  const live = document.querySelector("[data-live]");
  if (!live) {
    return;
  }
  const streamed = document.getElementById("streamed");
  const working = document.getElementById("working");
  const source = new EventSource(live.dataset.live);

  function parts(html) {
    following(() => {
      streamed.textContent = "";
      htmx.swap(document.getElementById("news"), html, { swapStyle: "innerHTML" });
    });
  }

  source.addEventListener("text", (event) => {
    following(() => streamed.append(JSON.parse(event.data)));
  });
  source.addEventListener("discard", () => {
    streamed.textContent = "";
  });
  source.addEventListener("parts", (event) => parts(event.data));
  source.addEventListener("end", (event) => {
    source.close();
    parts(event.data);
    live.remove();
  });
  source.addEventListener("open", () => working.classList.remove("lost"));
  source.addEventListener("error", () => {
    working.classList.add("lost");
    if (source.readyState === EventSource.CLOSED) {
      live.remove();
      isLost = true;
      isStale(true);
    }
  });
})();
