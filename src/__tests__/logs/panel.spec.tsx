import { act, fireEvent, render } from '@testing-library/react';
import React from 'react';
import { parseLog } from '../../logs/text';
import { LogModel } from '../../logs/model';
import { RequestError } from '../../api/request';
import { Logs } from '../../logs/view';
import { FakeClusters, makeCluster, trans } from '../fakes';

/** Lines of Dask, of Python, and of a batch system. */
const LEVELS = [
  '2026-11-26 10:00:00,000 - distributed.core - INFO - Starting',
  '2026-11-26 10:00:01,000 - distributed.worker - WARNING - Unmanaged memory',
  '2026-11-26 10:00:02,000 - distributed.core - ERROR - Exception',
  'Traceback (most recent call last):',
  '  File "a.py", line 1, in <module>',
  '',
  '    1 / 0',
  'ZeroDivisionError: division by zero',
  'What a task printed about an error',
  'slurmstepd: error: killed'
].join('\n');

/** A traceback as a kernel prints it. */
const OF_A_KERNEL = [
  '-'.repeat(75),
  'ValueError                      Traceback (most recent call last)',
  'Cell In[4], line 3',
  '      1 from dask.distributed import LocalCluster',
  '----> 3 LocalCluster(protocol="nonsense")',
  '',
  'File /opt/python/site-packages/distributed/comm/core.py:298, in listen()',
  '    296     raise',
  '',
  "ValueError: unknown address scheme 'nonsense'",
  'printed afterwards'
].join('\n');

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

// Guards against a failed launch whose log shows no errors.
it('takes the traceback of a kernel for an error, to its last line', () => {
  const errors = parseLog(OF_A_KERNEL).filter(({ level }) => level === 2);
  expect(errors.map(({ text }) => text)).toEqual(
    OF_A_KERNEL.split('\n').slice(1, -1)
  );
});

describe('the log panel', () => {
  let clusters: FakeClusters;
  let model: LogModel;

  /** Render the panel and wait until the logs are loaded. */
  const renderLogs = async () => {
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
    clusters.logsResponse = {
      launch: 'one\nTraceback: bad\ntwo',
      scheduler: 'scheduler at tls://',
      workers: [{ id: '0', title: 'Worker 0', text: 'worker here' }],
      jobs: [{ id: '17', title: 'Job 17', text: 'job here' }]
    };
    model = new LogModel(clusters, 'one');
  });
  afterEach(() => model.dispose());

  // Guards against logs of which only the first source can be selected.
  it('shows each source', async () => {
    const screen = await renderLogs();
    const log = (): string => screen.getByRole('log').textContent!;
    expect(log()).toContain('Traceback: bad');
    const sources = screen.getByLabelText('Source') as HTMLSelectElement;
    expect([...sources.options].map(({ text }) => text)).toEqual([
      'Launch',
      'Scheduler',
      'Worker 0',
      'Job 17'
    ]);
    fireEvent.change(sources, { target: { value: 'job 17' } });
    expect(log()).toBe('job here');
  });

  // Guards against polling the logs of a removed cluster forever.
  it('stops polling when the cluster is removed, and keeps the logs', async () => {
    const screen = await renderLogs();
    const fetched = jest
      .spyOn(clusters, 'logs')
      .mockRejectedValue(new RequestError('There is no such cluster.', 404));
    await pass();
    screen.getByText('There is no such cluster.');
    expect(screen.getByRole('log').textContent).toContain('Traceback: bad');
    const before = fetched.mock.calls.length;
    await pass();
    await pass();
    expect(fetched.mock.calls.length).toBe(before);
  });

  // Guards against logs that have to be reopened to see their end.
  it('polls, and stops while hidden', async () => {
    const screen = await renderLogs();
    clusters.logsResponse = { ...clusters.logsResponse, launch: 'and more' };
    await pass();
    expect(screen.getByRole('log').textContent).toBe('and more');
    model.stop();
    await pass();
    const count = clusters.calls.length;
    await pass();
    expect(clusters.calls).toHaveLength(count);
  });

  // Guards against having to read ten thousand lines to find one.
  it('finds text, and leaves out the other lines', async () => {
    clusters.logsResponse = {
      ...clusters.logsResponse,
      launch: 'a (b)\nother\nA (B) and a (b)'
    };
    const screen = await renderLogs();
    const log = screen.getByRole('log');
    const field = screen.getByLabelText('Find');
    const current = (): number =>
      [...log.querySelectorAll('mark')].findIndex(
        mark => mark.getAttribute('aria-current') === 'true'
      );
    fireEvent.change(field, { target: { value: 'a (b' } });
    expect(log.querySelectorAll('mark')).toHaveLength(3);
    expect(screen.getByRole('status').textContent).toBe('1 of 3');
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(current()).toBe(1);
    fireEvent.click(screen.getByRole('button', { name: 'Next match' }));
    fireEvent.click(screen.getByRole('button', { name: 'Next match' }));
    expect(current()).toBe(0);
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    expect(screen.getByRole('status').textContent).toBe('3 of 3');
    expect(log.textContent).toContain('other');
    fireEvent.click(screen.getByLabelText('Matching lines only'));
    expect(log.textContent).toBe('a (b)\nA (B) and a (b)');
    fireEvent.change(field, { target: { value: 'nonsense' } });
    expect(screen.getByRole('status').textContent).toBe('none');
    expect(log.textContent).toBe('No matching lines.');
  });

  // Guards against a word, typed letter by letter, whose match is out of sight while
  // Enter goes on to the next one, and against a match that is lost in all lines.
  it('scrolls to the match of what is typed, filtered or wrapped', async () => {
    clusters.logsResponse = {
      ...clusters.logsResponse,
      launch: 'each worker\nother\nerror'
    };
    const screen = await renderLogs();
    const field = screen.getByLabelText('Find');
    let shown: string[] = [];
    Element.prototype.scrollIntoView = function () {
      const before = this.previousSibling?.textContent ?? '';
      shown.push(`${before.split('\n').pop()}|${this.textContent}`);
    };
    const isShownBy = (act: () => void): string[] => {
      shown = [];
      act();
      return shown;
    };
    const type = (value: string) => () =>
      void fireEvent.change(field, { target: { value } });
    expect(isShownBy(type('e'))).toEqual(['|e']);
    expect(isShownBy(type('er'))).toEqual(['each work|er']);
    expect(isShownBy(type('err'))).toEqual(['|err']);
    for (const name of ['Matching lines only', 'Wrap lines']) {
      const check = screen.getByLabelText(name);
      expect(isShownBy(() => fireEvent.click(check))).toEqual(['|err']);
    }
    const level = screen.getByLabelText('Level');
    fireEvent.change(level, { target: { value: '2' } });
    const all = { target: { value: '0' } };
    expect(isShownBy(() => fireEvent.change(level, all))).toEqual(['|err']);
    // Not when the log grows, while the user may read elsewhere.
    shown = [];
    clusters.logsResponse = {
      ...clusters.logsResponse,
      launch: 'each worker\nother\nerror\nanother error'
    };
    await pass();
    expect(screen.getByRole('status').textContent).toBe('1 of 2');
    expect(shown).toEqual([]);
  });

  // Guards against a traceback that is lost in what is ordinary.
  it('shows warnings and errors only', async () => {
    clusters.logsResponse = { ...clusters.logsResponse, launch: LEVELS };
    const screen = await renderLogs();
    const log = screen.getByRole('log');
    expect(log.textContent).toBe(LEVELS);
    const level = screen.getByLabelText('Level');
    fireEvent.change(level, { target: { value: '1' } });
    expect(log.textContent).toBe(
      LEVELS.split('\n').slice(1, 8).join('\n') + '\nslurmstepd: error: killed'
    );
    fireEvent.change(level, { target: { value: '2' } });
    expect(log.textContent).not.toContain('Unmanaged');
    expect(log.querySelector('.jp-ClusterLauncher-logError')).not.toBeNull();
  });

  // Guards against lines that go on beyond the edge of a narrow panel.
  it('wraps lines, or not', async () => {
    const screen = await renderLogs();
    const isWrapped = (): boolean =>
      screen
        .getByRole('log')
        .classList.contains('jp-ClusterLauncher-mod-wrapped');
    expect(isWrapped()).toBe(true);
    fireEvent.click(screen.getByLabelText('Wrap lines'));
    expect(isWrapped()).toBe(false);
  });

  // Guards against a report of a bug that needs ten copies.
  it('downloads all logs as one file', async () => {
    const saved: [string, string][] = [];
    let text: Blob | null = null;
    URL.createObjectURL = blob => ((text = blob as Blob), 'blob:1');
    URL.revokeObjectURL = () => undefined;
    jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(function (this: HTMLAnchorElement) {
        saved.push([this.download, this.href]);
      });
    const screen = await renderLogs();
    fireEvent.click(screen.getByRole('button', { name: 'Download' }));
    expect(saved).toEqual([['Local 1 logs.txt', 'blob:1']]);
    const reader = new FileReader();
    const read = new Promise(resolve => (reader.onload = resolve));
    reader.readAsText(text!);
    await jest.advanceTimersByTimeAsync(100);
    await read;
    expect(reader.result).toContain('===== Worker 0 =====\nworker here');
  });

  // Guards against a button for one worker that shows the log of another.
  it('shows the source that it is opened for', async () => {
    model.select('worker 0');
    const screen = await renderLogs();
    expect(screen.getByRole('log').textContent).toBe('worker here');
  });

  // Guards against an error that hides the logs loaded so far.
  it('keeps the logs when the server is not responding', async () => {
    const screen = await renderLogs();
    clusters.errors.logs = 'The Jupyter server is not responding.';
    await pass();
    expect(screen.getByRole('alert').textContent).toContain('not responding');
    expect(screen.getByRole('log').textContent).toContain('Traceback');
  });
});
