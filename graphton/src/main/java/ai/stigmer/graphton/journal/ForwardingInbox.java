package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An inbox that hands everything on to another one; to be extended by those that watch, change or
 * disturb a part of it.
 *
 * <p>Thread contract: that of the other one.
 */
public abstract class ForwardingInbox implements Inbox {
  private final Inbox inbox;

  protected ForwardingInbox(Inbox inbox) {
    this.inbox = requireNonNull(inbox, "inbox is null");
  }

  @Override
  public Receipt post(String runId, Post post) {
    return inbox.post(runId, post);
  }

  @Override
  public Optional<Posted> find(String runId, String topic) {
    return inbox.find(runId, topic);
  }

  @Override
  public Map<String, Posted> find(String runId, Collection<String> topics) {
    return inbox.find(runId, topics);
  }

  @Override
  public Set<Place> posted(Collection<Place> places) {
    return inbox.posted(places);
  }

  @Override
  public Map<String, Instant> postedSince(Instant time) {
    return inbox.postedSince(time);
  }

  @Override
  public Registration watch(Runnable posted) {
    return inbox.watch(posted);
  }
}
