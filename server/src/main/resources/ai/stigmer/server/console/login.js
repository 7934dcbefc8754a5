"use strict";
// The code is in the fragment, which no server is sent; it leaves the address before anything else happens.
function enter() {
  const code = location.hash.slice(1);
  if (code) {
    history.replaceState(null, "", location.pathname);
    const form = document.getElementById("login");
    form.elements.code.value = code;
    form.submit();
  }
}
addEventListener("hashchange", enter);
enter();
