import React from 'react';

/**
 * Whether a key is for the input method of the user, such as Enter that takes a word
 * of several characters: it is not meant for the page.
 */
export function isComposing({ nativeEvent }: React.KeyboardEvent): boolean {
  // In Safari, the key that ends a word comes after it, with only this code.
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
