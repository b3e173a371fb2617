import { mayFocus } from '../../sidebar/focus';

describe('mayFocus', () => {
  const add = (tag: string, parent: Node = document.body): HTMLElement =>
    parent.appendChild(document.createElement(tag));

  afterEach(() => {
    document.body.textContent = '';
  });

  // Guards against a launch whose cell does not get the focus.
  it('moves the focus from the sidebar, or if nothing has it', () => {
    const sidebar = add('div');
    expect(mayFocus(sidebar)).toBe(true);
    add('button', sidebar).focus();
    expect(mayFocus(sidebar)).toBe(true);
  });

  // Guards against moving the focus while the user types elsewhere.
  it('leaves the focus elsewhere', () => {
    const sidebar = add('div');
    add('input').focus();
    expect(mayFocus(sidebar)).toBe(false);
  });
});
