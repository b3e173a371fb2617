import { readingArea } from '../area';

describe('readingArea', () => {
  // Guards against logs that are added to an area that the application lacks.
  it.each([
    ['4.2.7', true, 'main'],
    ['7.2.3', false, 'right'],
    ['7.3.0', false, 'right'],
    ['7.4.0', false, 'down'],
    ['7.10.0', false, 'down'],
    ['8.0.0a1', false, 'down']
  ])('of version %s, with tabs: %s', (version, hasTabs, area) => {
    expect(readingArea({ version }, hasTabs)).toBe(area);
  });
});
