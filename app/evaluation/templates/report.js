const q = document.getElementById("q");
const found = document.getElementById("found");
const misroutes = [...document.querySelectorAll("#misroutes .misroute")];
if (q) {
  q.hidden = false;
  q.oninput = () => {
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const m of misroutes) m.hidden = !words.every((w) => m.textContent.toLowerCase().includes(w));
    const left = misroutes.filter((m) => !m.hidden).length;
    found.textContent = words.length ? (left ? `${left} of ${misroutes.length}` : "No misroute has these words.") : "";
  };
}
addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details")) d.open = true; });
