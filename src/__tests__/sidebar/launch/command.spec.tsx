import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const COMMAND = 'conda install dask';

/** A platform that lacks Dask. */
const MISSING = makePlatform({
  available: false,
  command: COMMAND,
  reason: `Install it with: ${COMMAND}`
});

/** The sizes of the theme, which JSDOM does not look up. */
const SIZES: { [variable: string]: string } = {
  'var(--jp-code-font-size)': '13px',
  'var(--jp-cluster-launcher-small)': '11px'
};

describe('the command that installs what a platform needs', () => {
  // Guards against a command that is too small to read, or cut off.
  it('has the size of code, and several lines if need be', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [MISSING];
    });
    const style = document.createElement('style');
    const rules: string = jest
      .requireActual<any>('fs')
      .readFileSync('style/form.css', 'utf-8');
    style.textContent = rules
      .replace(/@media[^{]*\{[^}]*\}\s*\}/g, '')
      .replace(/var\([\w-]+\)/g, name => SIZES[name] ?? name);
    document.head.append(style);
    const code = screen.getByText(COMMAND);
    const { fontSize, whiteSpace } = getComputedStyle(code);
    expect(fontSize).toBe('13px');
    expect(whiteSpace).not.toBe('nowrap');
    // Inherited, which JSDOM does not know either.
    const reason = code.closest('.jp-ClusterLauncher-reason')!;
    expect(getComputedStyle(reason).overflowWrap).toBe('anywhere');
    style.remove();
  });

  // Guards against a form that still asks for what was installed meanwhile.
  it.each([
    ['the button', 'click'],
    ['the form', 'pointerEnter'],
    ['the form', 'pointerDown']
  ] as const)('is not asked for any more after %s: %s', async (what, event) => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [MISSING];
    });
    screen.clusters.platformsResponse = [makePlatform()];
    const target =
      what === 'the button'
        ? screen.getByRole('button', { name: 'Try again' })
        : screen.getByRole('form', { name: 'Launch a cluster' });
    fireEvent[event](target);
    await act(() => jest.advanceTimersByTimeAsync(200));
    await settle();
    expect(screen.queryByText(COMMAND)).toBeNull();
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect((launch as HTMLButtonElement).disabled).toBe(false);
  });
});
