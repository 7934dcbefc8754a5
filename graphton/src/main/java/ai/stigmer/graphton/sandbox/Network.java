package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.egress.Egress;
import ai.stigmer.graphton.egress.HostRule;
import java.util.List;
import java.util.stream.Collectors;

/** What of the network a command reaches. */
public sealed interface Network {
  /** Nothing, not even this machine's own services. */
  Network NONE = new None();

  /** Whatever this machine reaches, its own services included. */
  Network OPEN = new Open();

  /** In a few words for people, for example {@code no network}. */
  String inWords();

  /** See {@link #NONE}. */
  record None() implements Network {
    @Override
    public String inWords() {
      return "no network";
    }
  }

  /** See {@link #OPEN}. */
  record Open() implements Network {
    @Override
    public String inWords() {
      return "with the network";
    }
  }

  /**
   * Some hosts, through a proxy that the command finds in its environment.
   *
   * @param allowed which
   * @param names where their names are looked up
   */
  record Hosts(List<HostRule> allowed, Egress.Names names) implements Network {
    public Hosts {
      allowed = List.copyOf(allowed);
    }

    /** Some hosts, looked up as this machine does it. */
    public static Hosts of(List<HostRule> allowed) {
      return new Hosts(allowed, Egress.Names.SYSTEM);
    }

    @Override
    public String inWords() {
      return "network: "
          + allowed.stream().map(HostRule::toString).collect(Collectors.joining(", "));
    }
  }
}
