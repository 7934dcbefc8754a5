package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import java.math.BigDecimal;

/** Word for the owner of a run, left by whoever is not its owner. */
public sealed interface Post {

  /** What it is about. Of all posts about the same, the first one counts. */
  String topic();

  /** Who left it, for people. */
  String by();

  /**
   * A decision about a call that waits.
   *
   * @param approval the request's id
   * @param hash the request's hash as the decider saw it
   * @param by who decided, for people
   */
  record Decision(String approval, String hash, ApprovalDecision decision, String by)
      implements Post {
    public Decision {
      requireNonNull(approval, "approval is null");
      requireNonNull(hash, "hash is null");
      requireNonNull(decision, "decision is null");
      requireNonNull(by, "by is null");
    }

    /** With the hash, so that a decision about something else cannot take the right one's place. */
    @Override
    public String topic() {
      return topic(approval, hash);
    }

    public static String topic(String approval, String hash) {
      return "approval/" + approval + "/" + hash;
    }
  }

  /**
   * Something more that the user says.
   *
   * @param number which message to this run it is, from 1; they are taken in this order
   */
  record Message(int number, String text, String by) implements Post {
    public Message {
      requireNonNull(text, "text is null");
      requireNonNull(by, "by is null");
    }

    @Override
    public String topic() {
      return topic(number);
    }

    public static String topic(int number) {
      return "message/" + number;
    }
  }

  /**
   * The run is to end, so that it can be resumed.
   *
   * @param end which end of the run this asks for, from 1; whoever goes on behind that end is not
   *     meant
   */
  record Cancel(int end, String by) implements Post {
    public Cancel {
      requireNonNull(by, "by is null");
    }

    @Override
    public String topic() {
      return topic(end);
    }

    public static String topic(int end) {
      return "cancel/end/" + end;
    }
  }

  /**
   * A run that has ended is to go on, wherever it is driven.
   *
   * @param end behind which end of the run, from 1
   */
  record Resume(int end, String by) implements Post {
    public Resume {
      requireNonNull(by, "by is null");
    }

    @Override
    public String topic() {
      return topic(end);
    }

    public static String topic(int end) {
      return "resume/" + end;
    }
  }

  /**
   * A run of a tree that is driven at several places at once is about to spend. It lies with the
   * run at the top; of each run the last one counts.
   *
   * @param number which of the tree's it is, from 1
   * @param by the run that is about to spend
   * @param answers how many answers of the model that run has; its call is under way until it has
   *     more. {@link #NONE_UNDER_WAY} when it calls a tool
   * @param toolCalls calls of tools that the run has served, those under way included
   * @param tokens the most that the call of the model may take
   * @param costUsd likewise, in US dollars
   */
  record Hold(int number, String by, int answers, int toolCalls, long tokens, BigDecimal costUsd)
      implements Post {
    /** Fewer answers than any run has. */
    public static final int NONE_UNDER_WAY = -1;

    public Hold {
      requireNonNull(by, "by is null");
      requireNonNull(costUsd, "costUsd is null");
    }

    @Override
    public String topic() {
      return topic(number);
    }

    public static String topic(int number) {
      return "hold/" + number;
    }
  }
}
