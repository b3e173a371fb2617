import { act, fireEvent } from '@testing-library/react';
import { makeCluster } from '../../fakes';
import { IScreen, renderSidebar, rowOf, settle } from '../../render';

beforeEach(() => jest.useFakeTimers({ now: Date.parse('2030-01-01T12:00Z') }));
afterEach(() => jest.useRealTimers());

/** Focus a button of a row, as a user of the keyboard does. */
function focus(screen: IScreen, action: string, row?: string): HTMLElement {
  const name = `${action} ${row ?? 'Local 1'}`;
  const button = rowOf(screen, row).getByRole('button', { name });
  act(() => button.focus());
  return button;
}

/** Change what the server reports, and wait until it is shown. */
async function report(change: () => void): Promise<void> {
  await act(async () => change());
  await settle();
}

/** The name of the row that has the focus. */
function rowInFocus(): string | null | undefined {
  return document.activeElement
    ?.closest('[data-cluster-id]')
    ?.getAttribute('aria-label');
}

describe('the focus in the rows', () => {
  // Guards against users of the keyboard who begin at the top of the page after each
  // change.
  it.each([
    ['Scale', /^Scale to/],
    ['Rename', /^Cluster name/]
  ])('returns to the button that opened a form: %s', async (opener, label) => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    for (const key of ['Escape', 'Enter']) {
      fireEvent.click(focus(screen, opener));
      const field = rowOf(screen).getByLabelText<HTMLInputElement>(label);
      expect(document.activeElement).toBe(field);
      fireEvent.change(field, { target: { value: '5' } });
      fireEvent.keyDown(field, { key });
      if (key === 'Enter' && field.form) {
        fireEvent.submit(field.form);
      }
      await settle();
      expect(rowOf(screen).queryByLabelText(label)).toBeNull();
      expect(document.activeElement).toBe(
        rowOf(screen).getByRole('button', { name: `${opener} Local 1` })
      );
    }
  });

  // Guards against a list in which each dismissed row takes the focus with it.
  it('moves to the next row, else to the one before, else to New', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      for (const name of ['A', 'B', 'C']) {
        clusters.put(makeCluster({ id: name, name, state: 'failed' }));
      }
    });
    focus(screen, 'Dismiss', 'B');
    await report(() => screen.clusters.remove('B'));
    expect(rowInFocus()).toBe('C');
    await report(() => screen.clusters.remove('C'));
    expect(rowInFocus()).toBe('A');
    await report(() => screen.clusters.remove('A'));
    expect(document.activeElement).toBe(
      screen.getByRole('button', { name: 'New cluster' })
    );
  });

  // Guards against a focus that is lost before the row goes: a cluster that stops
  // disables its button, and what is said of an end replaces the buttons.
  it('stays in the row when its control is disabled or goes', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.put(makeCluster());
      clusters.put(makeCluster({ id: 'two', name: 'Local 2' }));
    });
    focus(screen, 'Stop');
    await report(() => screen.clusters.put(makeCluster({ state: 'closing' })));
    expect(document.activeElement).toBe(
      rowOf(screen).getByRole('button', { name: 'More actions for Local 1' })
    );
    await report(() => screen.clusters.remove('one'));
    expect(rowInFocus()).toBe('Local 2');
    focus(screen, 'Logs of', 'Local 2');
    const failed = { id: 'two', name: 'Local 2', state: 'failed' } as const;
    await report(() => screen.clusters.put(makeCluster(failed)));
    expect(rowInFocus()).toBe('Local 2');
  });

  // Guards against a notebook that loses the focus because a cluster ended, also
  // one whose row had it before.
  it('leaves the focus where the user has moved it', async () => {
    const screen = await renderSidebar();
    const cell = document.body.appendChild(document.createElement('textarea'));
    for (const leave of [
      () => cell.focus(),
      () => (document.activeElement as HTMLElement).blur()
    ]) {
      await report(() => screen.clusters.put(makeCluster()));
      focus(screen, 'Stop');
      act(leave);
      await settle();
      const active = document.activeElement;
      expect([cell, document.body]).toContain(active);
      await report(() => screen.clusters.remove('one'));
      expect(document.activeElement).toBe(active);
    }
    cell.remove();
  });
});
