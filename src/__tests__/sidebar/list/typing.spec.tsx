import { act, fireEvent } from '@testing-library/react';
import { PromiseDelegate } from '@lumino/coreutils';
import { ICluster } from '../../../tokens';
import { makeCluster, makeWorkers } from '../../fakes';
import { renderSidebar, rowOf, settle } from '../../render';

beforeEach(() => jest.useFakeTimers({ now: Date.parse('2030-01-01T12:00Z') }));
afterEach(() => jest.useRealTimers());

/** An adaptive cluster, as a report describes it. */
function adaptive(requested: number, maximum = 8): ICluster {
  return makeCluster({
    adapt: { minimum: 0, maximum },
    workers: makeWorkers({ requested, ready: requested })
  });
}

describe('what is typed in a row', () => {
  // Guards against a number that a busy adaptive cluster wipes with each report, and
  // that another window or cluster.scale() wipes.
  it('stays when an adaptive cluster reports its load or bounds', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(adaptive(2))
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    const field = rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
    expect(field.value).toBe('2');
    fireEvent.change(field, { target: { value: '5' } });
    await act(async () => screen.clusters.put(adaptive(2)));
    await act(async () => screen.clusters.put(adaptive(4)));
    expect(field.value).toBe('5');
    await act(async () => screen.clusters.put(adaptive(4, 6)));
    expect(field.value).toBe('5');
  });

  // Guards the same for a fixed number, while the field follows it if nothing is
  // typed, and for how long jobs are kept.
  it('stays when the same is changed elsewhere', async () => {
    const until = (hour: number) => ({
      ...{ until: `2030-01-01T${hour}:00:00Z`, renewed: 0, replaced: 0 }
    });
    const fixed = (requested: number, hour: number): ICluster =>
      makeCluster({
        renewal: until(hour),
        workers: makeWorkers({ requested, ready: 1 })
      });
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(fixed(2, 14))
    );
    const open = (): void =>
      void fireEvent.click(
        rowOf(screen).getByRole('button', { name: /^Scale Local/ })
      );
    open();
    const field = rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
    const keep = rowOf(screen).getByLabelText<HTMLSelectElement>(/^Keep jobs/);
    await act(async () => screen.clusters.put(fixed(3, 14)));
    expect(field.value).toBe('3');
    fireEvent.change(field, { target: { value: '5' } });
    fireEvent.change(keep, { target: { value: '14400' } });
    await act(async () => screen.clusters.put(fixed(4, 18)));
    expect(field.value).toBe('5');
    expect(keep.value).toBe('14400');
    rowOf(screen).getByText('Apply');
    // What both windows want is done.
    fireEvent.change(keep, { target: { value: 'off' } });
    const renewal = { ...until(18), until: null };
    await act(async () => screen.clusters.put(makeCluster({ renewal })));
    expect(keep.value).toBe('');
    expect(rowOf(screen).queryByText('Apply')).toBeNull();
    // Left without Scale.
    fireEvent.keyDown(field, { key: 'Escape' });
    open();
    const again = rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
    expect(again.value).toBe('2');
  });

  // Guards against a name that comes back because a second window had its field open.
  it.each(['blur', 'Enter'])(
    'is nothing in an untouched name, after %s',
    async how => {
      const screen = await renderSidebar(({ clusters }) =>
        clusters.put(makeCluster())
      );
      fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
      await act(async () =>
        screen.clusters.put(makeCluster({ name: 'Waves' }))
      );
      const row = rowOf(screen, 'Waves');
      const field = row.getByLabelText<HTMLInputElement>(/^Cluster name/);
      if (how === 'blur') {
        fireEvent.blur(field);
      } else {
        fireEvent.keyDown(field, { key: how });
      }
      await settle();
      expect(
        screen.clusters.calls.filter(([name]) => name === 'change')
      ).toEqual([]);
      expect(field.isConnected).toBe(false);
      row.getByText('Waves');
    }
  );

  // Guards against letters that are typed while the server is asked, and lost with
  // its answer.
  it('is not taken while the server is asked about a name', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
    const field =
      rowOf(screen).getByLabelText<HTMLInputElement>(/^Cluster name/);
    fireEvent.change(field, { target: { value: 'tides' } });
    const change = jest.spyOn(screen.clusters, 'change');
    const ask = async (): Promise<PromiseDelegate<ICluster>> => {
      const answer = new PromiseDelegate<ICluster>();
      change.mockReturnValue(answer.promise);
      fireEvent.keyDown(field, { key: 'Enter' });
      await settle();
      expect(field.readOnly).toBe(true);
      expect(document.activeElement).toBe(field);
      fireEvent.keyDown(field, { key: 'Enter' });
      fireEvent.keyDown(field, { key: 'Escape' });
      expect(field.isConnected).toBe(true);
      return answer;
    };
    const refused = await ask();
    await act(async () => refused.reject(new Error('Taken.')));
    rowOf(screen).getByText('Taken.');
    expect(field.readOnly).toBe(false);
    expect(document.activeElement).toBe(field);
    const accepted = await ask();
    await act(async () => accepted.resolve(makeCluster({ name: 'tides' })));
    expect(field.isConnected).toBe(false);
    expect(change).toHaveBeenCalledTimes(2);
  });
});
