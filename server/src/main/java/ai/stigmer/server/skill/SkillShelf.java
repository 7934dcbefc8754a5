package ai.stigmer.server.skill;

import ai.stigmer.agentic.skill.v1.GetArtifactRequest;
import ai.stigmer.agentic.skill.v1.GetArtifactResponse;
import ai.stigmer.agentic.skill.v1.PushSkillRequest;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.agentic.skill.v1.SkillSpec;
import ai.stigmer.agentic.skill.v1.SkillState;
import ai.stigmer.agentic.skill.v1.SkillStatus;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.contract.SkillArchive;
import ai.stigmer.server.resource.Shelf;
import ai.stigmer.store.resource.Resource;
import ai.stigmer.store.resource.Resource.Protection;
import ai.stigmer.store.resource.ResourceStore;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * Skills with their versions. The skill itself is its newest version; each version is kept beside
 * it, and each archive once, under the hash of its content.
 *
 * <p>Thread contract: thread-safe.
 */
public final class SkillShelf {
  private static final String ARCHIVE = "SkillArchive";
  private static final String VERSION = "SkillVersion";
  private static final String KEY = "skills/";
  private static final String ENDING = ".zip";
  private static final int LONGEST_TAG = 200;

  private final Shelf<Skill> skills;
  private final ResourceStore store;
  private final InstantSource clock;

  public SkillShelf(Shelf<Skill> skills, ResourceStore store, InstantSource clock) {
    this.skills = skills;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Stores a version; the same content and tag again change nothing.
   *
   * @throws ProblemException {@code E561} when the archive cannot be used
   */
  public Skill push(PushSkillRequest request) {
    if (request.getArtifact().size() > SkillArchive.LARGEST) {
      throw Shelf.invalid("artifact: must not be larger than 16 MiB").asException();
    }
    if (request.getTag().length() > LONGEST_TAG) {
      throw Shelf.invalid("tag: at most " + LONGEST_TAG + " characters").asException();
    }
    String text = SkillArchive.text(request.getArtifact());
    String hash = SkillArchive.hash(request.getArtifact());
    keep(ARCHIVE, "art_" + hash.substring(0, 48), hash, Set.of(), request.getArtifact());
    Skill given =
        Skill.newBuilder()
            .setMetadata(
                ApiResourceMetadata.newBuilder()
                    .setName(request.getName())
                    .setOrg(request.getOrg())
                    .setOwnerScope(request.getScope()))
            .setSpec(SkillSpec.newBuilder().setSkillMd(text).setTag(request.getTag()))
            .build();
    Skill stored = skills.apply(given);
    Skill whole = ready(stored, hash);
    if (!whole.equals(stored)) {
      whole = skills.change(stored.getMetadata().getId(), skill -> ready(skill, hash));
    }
    keepVersion(whole, request.getTag());
    return whole;
  }

  /**
   * A tag stands for the version that was pushed with it last, also for one that was there before.
   */
  private void keepVersion(Skill skill, String tag) {
    String of = "skill=" + skill.getMetadata().getId();
    String hash = "hash=" + skill.getStatus().getVersionHash();
    String tagged = "tag=" + tag;
    List<Resource> known = versions(of, tag.isEmpty() ? hash : tagged);
    if (known.isEmpty() || !known.getFirst().labels().contains(hash)) {
      String id = "skv" + skills.nextId().substring("skl".length());
      var labels = tag.isEmpty() ? Set.of(of, hash) : Set.of(of, hash, tagged);
      keep(VERSION, id, id, labels, skill.toByteString());
    }
  }

  private List<Resource> versions(String skill, String label) {
    return store.list(ResourceStore.Query.of(VERSION, skill, label)).resources();
  }

  private static Skill ready(Skill skill, String hash) {
    SkillStatus status =
        skill.getStatus().toBuilder()
            .setVersionHash(hash)
            .setArtifactStorageKey(KEY + hash + ENDING)
            .setState(SkillState.SKILL_STATE_READY)
            .build();
    return skill.toBuilder().setStatus(status).build();
  }

  /** What is there already is the same. */
  private void keep(String kind, String id, String slug, Set<String> labels, ByteString body) {
    Instant now = clock.instant();
    var resource = new Resource(id, kind, "", slug, 1, now, now, labels, Protection.PLAIN, body);
    try {
      store.insert(resource);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E550")) {
        throw e;
      }
    }
  }

  /**
   * The version that a reference names by tag or hash; without either the newest one.
   *
   * @throws ProblemException {@code E560} when there is none
   */
  public Skill byReference(ApiResourceReference reference) {
    Skill newest = skills.byReference(reference);
    String version = reference.getVersion();
    boolean isNewest =
        version.isEmpty()
            || version.equals("latest")
            || version.equals(newest.getStatus().getVersionHash())
            || version.equals(newest.getSpec().getTag());
    return isNewest ? newest : version(newest, version);
  }

  private Skill version(Skill newest, String version) {
    String skill = "skill=" + newest.getMetadata().getId();
    for (String label : new String[] {"tag=" + version, "hash=" + version}) {
      List<Resource> versions = versions(skill, label);
      if (!versions.isEmpty()) {
        try {
          return Skill.parseFrom(versions.getFirst().body());
        } catch (InvalidProtocolBufferException e) {
          throw new ProblemException(
              Problem.of("E503", Problem.Category.STORE, "a stored version of a skill is damaged"),
              e);
        }
      }
    }
    throw missing("version \"" + version + "\" of this skill");
  }

  /** The archive of a version, as the contract asks for it. */
  public GetArtifactResponse artifact(GetArtifactRequest request) {
    return GetArtifactResponse.newBuilder()
        .setArtifact(artifact(request.getArtifactStorageKey()))
        .build();
  }

  /**
   * The archive of that key.
   *
   * @throws ProblemException {@code E560} when there is none
   */
  public ByteString artifact(String key) {
    String hash =
        key.startsWith(KEY) && key.endsWith(ENDING)
            ? key.substring(KEY.length(), key.length() - ENDING.length())
            : "";
    return store
        .findBySlug(ARCHIVE, "", hash)
        .orElseThrow(() -> missing("artifact of that key"))
        .body();
  }

  private static ProblemException missing(String what) {
    return Problem.of("E560", Problem.Category.USAGE, "there is no " + what).asException();
  }
}
