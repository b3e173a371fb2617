import { act, fireEvent, render } from '@testing-library/react';
import React from 'react';
import { LogModel } from '../../logs/model';
import { RequestError } from '../../api/request';
import { Logs } from '../../logs/panel';
import { FakeClusters, makeCluster, trans } from '../fakes';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the log panel', () => {
  let clusters: FakeClusters;
  let model: LogModel;

  /** Draw the panel and wait until the log is read. */
  const draw = async () => {
    const screen = render(<Logs model={model} trans={trans} />);
    model.start();
    await pass();
    return screen;
  };
  const pass = (): Promise<void> =>
    act(async () => {
      await jest.advanceTimersByTimeAsync(2_500);
    });

  beforeEach(() => {
    clusters = new FakeClusters();
    clusters.put(makeCluster());
    clusters.logsAnswer = {
      launch: 'one\nTraceback: bad\ntwo',
      scheduler: 'scheduler at tls://',
      workers: [{ id: '0', title: 'Worker 0', text: 'worker here' }],
      jobs: [{ id: '17', title: 'Job 17', text: 'job here' }]
    };
    model = new LogModel(clusters, 'one');
  });
  afterEach(() => model.dispose());

  // Guards against logs of which only the first part can be reached.
  it('shows each part', async () => {
    const screen = await draw();
    const log = (): string => screen.getByRole('log').textContent!;
    expect(log()).toContain('Traceback: bad');
    const parts = screen.getByLabelText('Log of') as HTMLSelectElement;
    expect([...parts.options].map(({ text }) => text)).toEqual([
      'Launch',
      'Scheduler',
      'Worker 0',
      'Job 17'
    ]);
    fireEvent.change(parts, { target: { value: 'job 17' } });
    expect(log()).toBe('job here');
  });

  // Guards against questions without end about a cluster that is gone.
  it('asks no more when the cluster is gone, and keeps what was read', async () => {
    const screen = await draw();
    const asked = jest
      .spyOn(clusters, 'logs')
      .mockRejectedValue(new RequestError('There is no such cluster.', 404));
    await pass();
    screen.getByText('There is no such cluster.');
    expect(screen.getByRole('log').textContent).toContain('Traceback: bad');
    const before = asked.mock.calls.length;
    await pass();
    await pass();
    expect(asked.mock.calls.length).toBe(before);
  });

  // Guards against a log that has to be reopened to see its end.
  it('follows, and stops when nobody looks', async () => {
    const screen = await draw();
    clusters.logsAnswer = { ...clusters.logsAnswer, launch: 'and more' };
    await pass();
    expect(screen.getByRole('log').textContent).toBe('and more');
    model.stop();
    await pass();
    const count = clusters.calls.length;
    await pass();
    expect(clusters.calls).toHaveLength(count);
  });

  // Guards against reading ten thousand lines for one.
  it('finds lines', async () => {
    const screen = await draw();
    fireEvent.change(screen.getByLabelText('Find'), {
      target: { value: 'TRACE' }
    });
    expect(screen.getByRole('log').textContent).toBe('Traceback: bad');
    expect(screen.getByRole('status').textContent).toBe('1 line');
  });

  // Guards against an error that takes away what could be read so far.
  it('keeps what was read when the server goes away', async () => {
    const screen = await draw();
    clusters.errors.logs = 'The Jupyter server does not answer.';
    await pass();
    expect(screen.getByRole('alert').textContent).toContain('does not answer');
    expect(screen.getByRole('log').textContent).toContain('Traceback');
  });
});
