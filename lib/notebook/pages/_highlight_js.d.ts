/** The part of highlight.js that is used; its own types bring the browser's library with them, which displaces Deno's. */
declare const hljs: {
  /** Undefined for a language that it does not know. */
  getLanguage(name: string): object | undefined;
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { value: string };
};

export default hljs;
