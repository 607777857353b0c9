// Runs before a question is sent: with it goes what the page shows and which documents are ticked, for the server may have
// forgotten a page whose tab slept.
(question, standing, ...rest) => {
  const shown = document.querySelector("#yj-history-list .yj-history")?.dataset.current;
  const choice = document.getElementById("yj-shelf")?.dataset.choice;
  return [question, JSON.stringify({ conversation: shown, choice: choice && JSON.parse(choice) }), ...rest];
}
