import { fireEvent } from '@testing-library/react';
import { makeCluster } from '../../fakes';
import { renderSidebar, rowOf } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a finger on a row', () => {
  // Guards against a list that cannot be scrolled, as each attempt drags code.
  it('scrolls, where a mouse drags', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const head = rowOf(screen).getByRole('heading');
    /** Whether a press is the start of a drag. */
    const press = (pointerType: string): boolean => {
      const init = { bubbles: true, cancelable: true, button: 0 };
      const event = new MouseEvent('pointerdown', init);
      return !fireEvent(head, Object.assign(event, { pointerType }));
    };
    expect(press('touch')).toBe(false);
    expect(press('mouse')).toBe(true);
    fireEvent.pointerUp(document);
  });
});
