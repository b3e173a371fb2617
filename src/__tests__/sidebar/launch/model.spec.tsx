import { act, fireEvent } from '@testing-library/react';
import { makeCluster, makePlatform } from '../../fakes';
import { renderSidebar, IScreen, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Click a platform in the list, which is gone before the label passes the click on. */
function pick(screen: IScreen, name: RegExp): void {
  fireEvent.click(screen.getByRole('button', { name: /^Platform:/ }));
  const label = screen.getByRole('radio', { name }).closest('label')!;
  label.addEventListener('click', event => event.preventDefault());
  fireEvent.click(label, { detail: 1 });
}

describe('a launch', () => {
  // Guards against losing the platform at a reload.
  it('selects its platform after a reload', async () => {
    const platforms = ['local', 'nebari', 'denali'].map(name =>
      makePlatform({ name, title: name, detected: name === 'nebari' })
    );
    const first = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = platforms;
    });
    const selected = (screen: IScreen): string =>
      screen
        .getByRole('button', { name: /^Platform:/ })
        .getAttribute('aria-label')!;
    expect(selected(first)).toBe('Platform: nebari');
    fireEvent.click(first.getByRole('button', { name: /^Platform:/ }));
    fireEvent.click(first.getByRole('radio', { name: /denali/ }), {
      detail: 1
    });
    fireEvent.click(first.getByRole('button', { name: 'Launch' }));
    await settle();
    first.unmount();
    const reloaded = await renderSidebar(screen => {
      screen.clusters.platformsResponse = platforms;
      screen.preferences = first.preferences;
    });
    expect(selected(reloaded)).toBe('Platform: denali');
  });

  // Guards against fields that vanish while the user types in them, because a cluster
  // was started in a terminal, has gone, or both.
  it.each<[string, (screen: IScreen) => void]>([
    [
      'a number',
      ({ getByLabelText }) =>
        void fireEvent.change(getByLabelText('Workers'), {
          target: { value: '5' }
        })
    ],
    [
      'what is no number yet',
      ({ getByLabelText }) =>
        void fireEvent.change(getByLabelText('Workers'), {
          target: { value: '' }
        })
    ],
    ['values by a button', ({ launch }) => launch.change({ workers: 7 })],
    ['a platform by mouse', screen => pick(screen, /^SLURM/)]
  ])('keeps its form while the user enters %s', async (_, edit) => {
    const screen = await renderSidebar(({ clusters }) => {
      const slurm = makePlatform({ name: 'slurm', title: 'SLURM' });
      clusters.platformsResponse = [makePlatform(), slurm];
    });
    const isOpen = (): string =>
      screen.getByRole('form').getAttribute('data-open')!;
    const change = async (run: () => void): Promise<void> => {
      await act(async () => run());
      await settle();
    };
    edit(screen);
    const field = screen.getByLabelText('Workers');
    field.focus();
    await change(() => screen.clusters.put(makeCluster()));
    await change(() => screen.clusters.remove('one'));
    await change(() => screen.clusters.put(makeCluster({ id: 'two' })));
    expect(isOpen()).toBe('true');
    expect(document.activeElement).toBe(field);
    fireEvent.click(screen.getAllByRole('button', { name: 'New cluster' })[0]);
    expect(isOpen()).toBe('false');
  });

  // Guards against a form that stays expanded for what was reset.
  it('closes its form for the first cluster after a reset', async () => {
    const screen = await renderSidebar();
    const isOpen = (): string =>
      screen.getByRole('form').getAttribute('data-open')!;
    const enter = (value: string): void =>
      void fireEvent.change(screen.getByLabelText('Workers'), {
        target: { value }
      });
    enter('5');
    await act(async () => screen.launch.reset());
    await act(async () => screen.clusters.put(makeCluster()));
    expect(isOpen()).toBe('false');
    // Not below the pointer, which is at the button that resets.
    await act(async () => screen.clusters.remove('one'));
    enter('6');
    await act(async () => screen.clusters.put(makeCluster()));
    await act(async () => screen.launch.reset());
    expect(isOpen()).toBe('true');
  });

  // Guards against a button that is scrolled away, and against warnings and errors
  // that cover the clusters and what has the focus there.
  it('keeps its line in sight, but nothing that may be tall', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const style = document.createElement('style');
    const rules: string = jest
      .requireActual<any>('fs')
      .readFileSync('style/form.css', 'utf-8');
    // Without those for low windows, which JSDOM does not understand.
    style.textContent = rules.replace(/@media[^{]*\{[^}]*\}\s*\}/g, '');
    document.head.append(style);
    const position = (name: string): string =>
      getComputedStyle(
        screen.container.querySelector(`.jp-ClusterLauncher-${name}`)!
      ).position;
    expect(position('launchLine')).toBe('sticky');
    screen.clusters.codeResponse.warnings = ['The disk is full.'];
    await act(async () => screen.launch.change({ workers: 5 }));
    await settle();
    screen.getByText('The disk is full.');
    expect(position('launchLine')).toBe('sticky');
    expect(position('footer')).toBe('static');
    const form = screen.getByRole('form', { hidden: true });
    expect(getComputedStyle(form).display).toBe('contents');
    style.remove();
  });

  // Guards against a form that opens above what is in sight: its line stays there
  // while the clusters are scrolled.
  it('has its form in sight when it is opened', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const content = screen.getByRole('form').parentElement!;
    content.scrollTop = 500;
    fireEvent.click(screen.getByText(/^New · This computer/));
    expect(content.scrollTop).toBe(0);
  });

  // Guards against a field that is out of sight as soon as the user corrects it.
  it('stays where it is when a launch is refused, and after', async () => {
    const screen = await renderSidebar();
    const content = screen.getByRole('form').parentElement!;
    content.scrollTop = 500;
    screen.clusters.errors.launch = 'The account is unknown.';
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    screen.getByText('The account is unknown.');
    expect(content.scrollTop).toBe(500);
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '3' }
    });
    expect(screen.queryByText('The account is unknown.')).toBeNull();
    expect(content.scrollTop).toBe(500);
  });

  // Guards against a refusal above what is in sight, without the fields.
  it('has in sight why a launch was refused', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.put(makeCluster());
      clusters.errors.launch = 'The account is unknown.';
    });
    const content = screen.getByRole('form').parentElement!;
    content.scrollTop = 500;
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    screen.getByText('The account is unknown.');
    expect(content.scrollTop).toBe(0);
  });

  // Guards against the same sentence twice: the launch is refused for what its
  // code was refused for, such as a package that is missing.
  it('says once why its code cannot be made and the launch was refused', async () => {
    const why = 'Encryption needs the package cryptography.';
    const screen = await renderSidebar();
    screen.clusters.errors.launch = why;
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    screen.clusters.errors.code = why;
    await act(async () => screen.clusters.put(makeCluster()));
    await settle();
    expect(screen.getAllByText(why)).toHaveLength(1);
    expect(screen.getByRole('alert').textContent).toBe(why);
  });

  // Guards against a form that stays open after a launch, or for nothing.
  it('closes its form afterwards, and where nobody has used it', async () => {
    const screen = await renderSidebar();
    const isOpen = (): string =>
      screen.getByRole('form').getAttribute('data-open')!;
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '5' }
    });
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await act(async () => screen.clusters.put(makeCluster()));
    await settle();
    expect(isOpen()).toBe('false');
    // What the closed form has beside its line does not open it.
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await act(async () => screen.launch.reset());
    expect(isOpen()).toBe('false');

    screen.unmount();
    const unused = await renderSidebar();
    await act(async () => unused.notebooks.select(null));
    await act(async () => unused.clusters.put(makeCluster()));
    expect(unused.getByRole('form').getAttribute('data-open')).toBe('false');
  });

  // Guards against code in another notebook than the launch was for.
  it('is for the notebook that was the current one', async () => {
    let accept: () => void = () => undefined;
    const notebook = (name: string) => ({
      path: name,
      name,
      kernelName: 'python3',
      language: 'python',
      clusterId: null
    });
    const screen = await renderSidebar(({ clusters, notebooks }) => {
      notebooks.select(notebook('a.ipynb'));
      const { launch } = clusters;
      clusters.launch = async request => {
        await new Promise<void>(resolve => (accept = resolve));
        return launch.call(clusters, request);
      };
    });
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await act(async () => screen.notebooks.select(notebook('b.ipynb')));
    accept();
    await settle();
    expect(screen.launchedFrom).toMatchObject([{ name: 'a.ipynb' }]);
  });
});
