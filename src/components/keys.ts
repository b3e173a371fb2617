import React from 'react';

/**
 * Whether a key is for the input method of the user, such as Enter that takes a word
 * of several characters: it is not meant for the page.
 */
export function isComposing({ nativeEvent }: React.KeyboardEvent): boolean {
  return nativeEvent.isComposing;
}
