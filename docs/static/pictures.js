/* A picture of the screen is wider than the page beside its columns: a click shows all of it. */
addEventListener('DOMContentLoaded', () => {
  for (const picture of document.querySelectorAll('.bd-article img')) {
    const link = document.createElement('a');
    link.href = picture.src;
    link.title = 'Show in full size';
    link.className = picture.className;
    picture.replaceWith(link);
    link.append(picture);
  }
});
