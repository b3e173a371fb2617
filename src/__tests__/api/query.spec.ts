import { Query } from '../../api/query';

describe('Query', () => {
  let settled: number;

  beforeEach(() => {
    jest.useFakeTimers();
    settled = 0;
  });
  afterEach(() => jest.useRealTimers());

  /** Make a query that counts how often it settled. */
  const make = (options?: {
    delay?: number;
    keep?: boolean;
  }): Query<string> => {
    const query = new Query<string>(options);
    query.settled.connect(() => void settled++);
    return query;
  };
  const state = ({ value, error, pending }: Query<string>): unknown[] => [
    value,
    error,
    pending
  ];
  const pass = (): Promise<void> => jest.advanceTimersByTimeAsync(1_000);
  const fail = (): Promise<string> => Promise.reject(new Error('refused'));

  // Guards against a request for every update of the model.
  it('sends a request only if its input changed', async () => {
    const query = make();
    const send = jest.fn(async () => 'a');
    query.update('1', send);
    query.update('1', send);
    expect(state(query)).toEqual([null, null, true]);
    await pass();
    query.update('1', send);
    await pass();
    expect(send).toHaveBeenCalledTimes(1);
    expect(state(query)).toEqual(['a', null, false]);
    expect(settled).toBe(1);
  });

  // Guards against a late response that replaces a newer one.
  it('drops the response to an earlier request', async () => {
    const query = make();
    let respond: (value: string) => void = () => undefined;
    query.update('1', () => new Promise(resolve => (respond = resolve)));
    await pass();
    query.update('2', async () => 'new');
    await pass();
    respond('old');
    await pass();
    expect(state(query)).toEqual(['new', null, false]);
    expect(settled).toBe(1);
  });

  // Guards against a request for every key that the user presses.
  it('waits for further changes', async () => {
    const query = make({ delay: 300 });
    const sent: string[] = [];
    for (const key of ['1', '12', '123']) {
      query.update(key, async () => {
        sent.push(key);
        return key;
      });
      await jest.advanceTimersByTimeAsync(100);
    }
    await pass();
    expect(sent).toEqual(['123']);
  });

  // Guards against a form that is lost to one failed request.
  it.each([
    [true, ['a', 'refused', false]],
    [false, [null, 'refused', false]]
  ])('handles an error (keep: %s)', async (keep, expected) => {
    const query = make({ keep });
    query.update('1', async () => 'a');
    await pass();
    query.update('2', fail);
    await pass();
    expect(state(query)).toEqual(expected);
  });

  // Guards against the result of an input that no longer exists.
  it.each([
    [true, ['a', null, false]],
    [false, [null, null, false]]
  ])('can pause (keep: %s)', async (keep, expected) => {
    const query = make({ keep });
    query.update('1', async () => 'a');
    await pass();
    query.update('1', null);
    expect(state(query)).toEqual(expected);
    query.update('1', async () => 'b');
    await pass();
    expect(query.value).toBe('b');
    query.clear();
    expect(state(query)).toEqual([null, null, false]);
  });

  // Guards against signals of a disposed query.
  it('is silent after it is disposed', async () => {
    const query = make();
    query.update('1', async () => 'a');
    query.dispose();
    await pass();
    expect(query.isDisposed).toBe(true);
    expect(settled).toBe(0);
  });
});
