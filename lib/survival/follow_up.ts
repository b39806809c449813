/** What is known of one patient: how long they were followed, and whether that ended in death. */
export interface FollowUp {
  /** Months from the scan to death or to the last contact, from 0. */
  readonly months: number;
  /** 1: died at `months`. 0: was alive then, nothing is known of later (censored). */
  readonly event: 0 | 1;
}
