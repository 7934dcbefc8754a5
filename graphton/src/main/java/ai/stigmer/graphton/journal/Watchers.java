package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Those of this process who want to hear of posts. Thread-safe. */
public final class Watchers {
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

  /** Adds one. */
  public Registration add(Runnable watcher) {
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  /** Tells all of them. */
  public void tell() {
    watchers.forEach(Runnable::run);
  }
}
