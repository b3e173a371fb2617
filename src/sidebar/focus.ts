/**
 * Whether the focus may move from the sidebar to an inserted cell: not while the
 * user types elsewhere.
 *
 * @param sidebar - the node of the sidebar
 */
export function mayFocus(sidebar: Node): boolean {
  const active = document.activeElement;
  return (
    active === null || active === document.body || sidebar.contains(active)
  );
}
