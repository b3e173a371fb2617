import { InputDialog } from '@jupyterlab/apputils';

/**
 * Ask the user for a text until it is accepted or the user cancels. What was
 * refused stays in the field, with the reason.
 *
 * @param options.label - what the field is for
 * @param accept - uses the text; rejects with the reason for which it is refused
 */
export async function askText(
  options: { title: string; label: string; text?: string; okLabel?: string },
  accept: (text: string) => Promise<unknown>
): Promise<void> {
  let { label, text } = options;
  for (;;) {
    const { value } = await InputDialog.getText({ ...options, label, text });
    if (!value?.trim()) {
      return;
    }
    try {
      await accept(value);
      return;
    } catch (error) {
      label = (error as Error).message;
      text = value;
    }
  }
}
