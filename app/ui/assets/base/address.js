// What the address says: room, dialog, run, article, filter. Every script of the page runs after this one.
window.cc = {
  get: (name) => new URLSearchParams(location.search).get(name),
  // Replaces a parameter: a reload finds it, Back does not.
  put: (name, value) => history.replaceState(history.state, "", cc.address({[name]: value})),
  // A step of history: Back returns to what was open before.
  go: (name, value) => {
    if ((cc.get(name) || "") !== String(value ?? "")) history.pushState(history.state, "", cc.address({[name]: value}));
    cc.seen = new URLSearchParams(location.search);
  },
  address: (values) => {
    const now = new URL(location.href);
    for (const [name, value] of Object.entries(values)) {
      if (value === null || value === undefined || value === "") now.searchParams.delete(name);
      else now.searchParams.set(name, value);
    }
    return now;
  },
  followers: [],
  // `tell` gets the value of `name` (or null) when Back or Forward has changed it.
  follow: (name, tell) => cc.followers.push([name, tell]),
  seen: new URLSearchParams(location.search),
};
addEventListener("popstate", () => {
  const before = cc.seen;
  cc.seen = new URLSearchParams(location.search);
  for (const [name, tell] of cc.followers) if (before.get(name) !== cc.get(name)) tell(cc.get(name));
});
