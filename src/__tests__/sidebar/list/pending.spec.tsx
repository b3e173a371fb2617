import { PromiseDelegate } from '@lumino/coreutils';
import { act, fireEvent } from '@testing-library/react';
import { ICluster } from '../../../tokens';
import { makeCluster, makePlatform } from '../../fakes';
import { IScreen, renderSidebar, rowOf, settle } from '../../render';

beforeEach(() => jest.useFakeTimers({ now: Date.parse('2030-01-01T12:00Z') }));
afterEach(() => jest.useRealTimers());

/** Have the server answer to a change only when a test says so. */
function holdChange({ clusters }: IScreen): PromiseDelegate<ICluster> {
  const answer = new PromiseDelegate<ICluster>();
  jest.spyOn(clusters, 'change').mockReturnValue(answer.promise);
  return answer;
}

const REFUSED = 'There is no room for 5 workers.';

describe('a change of the number of workers', () => {
  const render = (): Promise<IScreen> =>
    renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ adaptive: true })];
      clusters.put(
        makeCluster({ renewal: { until: null } as ICluster['renewal'] })
      );
    });
  const open = (screen: IScreen): HTMLInputElement => {
    fireEvent.click(
      rowOf(screen).getByRole('button', { name: 'Scale Local 1' })
    );
    return rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
  };

  // Guards against a number that is typed while the server is asked, and lost, a
  // second change, and a form that is gone when the server refuses.
  it.each(['Escape', 'the button'])(
    'is shown until it is answered, after %s',
    async how => {
      const screen = await render();
      const field = open(screen);
      fireEvent.change(field, { target: { value: '5' } });
      const answer = holdChange(screen);
      const form = field.closest('form')!;
      fireEvent.submit(form);
      await settle();
      expect(field.readOnly).toBe(true);
      expect(field.disabled).toBe(false); // It would lose the focus.
      fireEvent.submit(form);
      if (how === 'Escape') {
        fireEvent.keyDown(field, { key: 'Escape' });
      } else {
        fireEvent.click(
          rowOf(screen).getByRole('button', { name: 'Scale Local 1' })
        );
      }
      await settle();
      expect(screen.clusters.change).toHaveBeenCalledTimes(1);
      await act(async () => answer.reject(new Error(REFUSED)));
      rowOf(screen).getByText(REFUSED);
      expect(field.readOnly).toBe(false);
      expect(field.value).toBe('5');
      fireEvent.keyDown(field, { key: 'Escape' });
      expect(field.isConnected).toBe(false);
    }
  );

  // Guards the same for bounds, and for how long jobs are kept.
  it('keeps what the other fields have', async () => {
    const screen = await render();
    open(screen);
    const row = rowOf(screen);
    fireEvent.click(row.getByRole('button', { name: /^Adaptive…/ }));
    const maximum = row.getByLabelText<HTMLInputElement>('Maximum');
    const keep = row.getByRole<HTMLSelectElement>('combobox', {
      name: /^Keep jobs running/
    });
    holdChange(screen);
    fireEvent.submit(maximum.closest('form')!);
    await settle();
    expect(maximum.readOnly).toBe(true);
    fireEvent.change(keep, { target: { value: '14400' } });
    expect(keep.value).toBe('');
    expect(keep.disabled).toBe(false);
    fireEvent.submit(keep.closest('form')!);
    fireEvent.click(row.getByRole('button', { name: /^Adaptive…/ }));
    expect(maximum.isConnected).toBe(true);
    expect(screen.clusters.change).toHaveBeenCalledTimes(1);
  });
});

describe('the time of an idle cluster', () => {
  // Guards against a refusal that a screen reader does not say, that takes the place
  // of the time, or that nobody notices the second time.
  it('is extended once, or says why not', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          idle: { timeout: 1800, closes_at: '2030-01-01T12:05:30Z' }
        })
      )
    );
    const answer = holdChange(screen);
    const extend = rowOf(screen).getByText('Extend');
    fireEvent.click(extend);
    fireEvent.click(extend);
    expect(screen.clusters.change).toHaveBeenCalledTimes(1);
    await act(async () => answer.reject(new Error(REFUSED)));
    expect(rowOf(screen).getByRole('alert').textContent).toBe(REFUSED);
    rowOf(screen).getByText(/^idle for/);
    holdChange(screen);
    fireEvent.click(extend);
    expect(rowOf(screen).queryByRole('alert')).toBeNull();
  });

  // Guards against a refusal of the last time that is announced as if it were new.
  it('has no old refusal when it is idle again', async () => {
    const report = (closes_at: string | null): ICluster =>
      makeCluster({ idle: { timeout: 1800, closes_at } });
    const screen = await renderSidebar(({ clusters }) => {
      clusters.put(report('2030-01-01T12:05:30Z'));
      clusters.errors.change = REFUSED;
    });
    fireEvent.click(rowOf(screen).getByText('Extend'));
    await settle();
    rowOf(screen).getByText(REFUSED);
    await act(async () => screen.clusters.put(report(null)));
    expect(rowOf(screen).queryByText('Extend')).toBeNull();
    await act(async () => screen.clusters.put(report('2030-01-01T12:30:00Z')));
    rowOf(screen).getByText('Extend');
    expect(rowOf(screen).queryByRole('alert')).toBeNull();
  });
});

describe('an input method', () => {
  // Guards against a name that is sent in the middle of a word, and a field that
  // closes with the list of characters.
  it('has its keys for itself', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
    const field =
      rowOf(screen).getByLabelText<HTMLInputElement>(/^Cluster name/);
    fireEvent.change(field, { target: { value: '潮' } });
    holdChange(screen);
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    fireEvent.keyDown(field, { key: 'Escape', isComposing: true });
    // As Safari has it, where the word is complete before.
    fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
    await settle();
    expect(screen.clusters.change).not.toHaveBeenCalled();
    expect(field.isConnected).toBe(true);
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(screen.clusters.change).toHaveBeenCalledTimes(1);
  });
});
