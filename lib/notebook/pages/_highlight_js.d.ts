/** The part of highlight.js that is used. Its own types bring those of a browser with them, which displace Deno's. */
declare const hljs: {
  /** Undefined for a language that it does not know. */
  getLanguage(name: string): object | undefined;
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { value: string };
};

export default hljs;
