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
  // Guards against a number that a busy adaptive cluster wipes with each report.
  it('stays when an adaptive cluster reports its load', async () => {
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
    // Somebody has changed the bounds.
    await act(async () => screen.clusters.put(adaptive(4, 6)));
    expect(field.value).toBe('4');
  });

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
