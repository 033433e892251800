/** Something that is made later, and once. */
export class LoadOnce<Part> {
  readonly #create: () => Promise<Part>;
  /** Undefined until it is made. */
  part: Part | undefined;
  /** Undefined until it is asked for; rejects with what keeps it from being made. */
  loading: Promise<Part> | undefined;

  constructor(create: () => Promise<Part>) {
    this.#create = create;
  }

  load(): Promise<Part> {
    this.loading ??= this.#create().then((part) => {
      this.part = part;
      return part;
    });
    return this.loading;
  }
}
