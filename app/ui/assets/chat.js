// The chat room: the address keeps the dialog; news are listened for while somebody looks.
cc.opened = (name, value) => {
  cc.put(name, value);
  if (name === "dialog") cc.listen();
};
cc.ears = 0;
cc.listens = () => {
  const room = document.getElementById("cc-chat-room");
  return !document.hidden && room && room.offsetParent !== null && Boolean(cc.get("dialog"));
};
cc.listen = () => {
  if (!cc.listens()) return;
  cc.ears += 1;
  cc.press("cc-listen");
};
cc.heard = () => {
  cc.ears = Math.max(0, cc.ears - 1);
  if (cc.ears === 0) setTimeout(cc.listen, 150);
};
document.addEventListener("visibilitychange", () => document.hidden || (cc.ears === 0 && cc.listen()));
cc.fetchFile = (id) => (document.querySelector(`#${id} a`) || document.querySelector(`a#${id}`) || document.querySelector(`#${id}`))?.click();
