/** What every object that owns memory of the library has. One that nobody closes is freed when it is garbage collected. */
export declare abstract class Handle implements Disposable {
  /** Frees what this holds; work that was begun goes on to its end. Safe to call twice. */
  close(): void;
  /** Whether `close` has been called: any other use then throws VG_ERR_HANDLE. */
  readonly closed: boolean;
  /** Closes it, at the end of a `using` block. */
  [Symbol.dispose](): void;
}
