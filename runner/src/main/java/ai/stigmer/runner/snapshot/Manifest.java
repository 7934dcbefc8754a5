package ai.stigmer.runner.snapshot;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a folder holds, without the contents of its files.
 *
 * @param items each folder before what is in it
 */
record Manifest(List<Item> items) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SCHEMA = 1;

  /** Something in the folder. */
  sealed interface Item {
    /** Relative, with {@code /} between its names. */
    String path();
  }

  /**
   * A folder, also an empty one.
   *
   * @param mode its rights, as {@code rwxr-x---}
   */
  record Folder(String path, String mode) implements Item {}

  /**
   * A file.
   *
   * @param hash of its content
   */
  record File(String path, String mode, long size, String hash) implements Item {}

  /** A symbolic link, wherever it leads. */
  record Link(String path, String target) implements Item {}

  Manifest {
    items = List.copyOf(items);
    Set<String> folders = new HashSet<>();
    for (Item item : items) {
      requireWithin(item.path(), folders);
      if (item instanceof Folder) {
        folders.add(item.path());
      }
    }
  }

  /** Nothing is put outside of the folder, or through a link. */
  private static void requireWithin(String path, Set<String> folders) {
    requireNonNull(path, "path is null");
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("no path within a folder: " + path);
      }
    }
    int slash = path.lastIndexOf('/');
    if (slash > 0 && !folders.contains(path.substring(0, slash))) {
      throw new IllegalArgumentException("its folder is not named before it: " + path);
    }
  }

  byte[] bytes() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("schema", SCHEMA);
    ArrayNode array = json.putArray("items");
    for (Item item : items) {
      ObjectNode one = array.addObject().put("path", item.path());
      switch (item) {
        case Folder folder -> one.put("folder", folder.mode());
        case File file ->
            one.put("file", file.mode()).put("size", file.size()).put("hash", file.hash());
        case Link link -> one.put("link", link.target());
      }
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #bytes} wrote.
   *
   * @throws IOException when it is something else
   */
  static Manifest parse(byte[] bytes) throws IOException {
    JsonNode json = JSON.readTree(bytes);
    if (json.path("schema").asInt() != SCHEMA) {
      throw new IOException("the list of a snapshot has no schema " + SCHEMA);
    }
    var items = new ArrayList<Item>();
    for (JsonNode one : json.path("items")) {
      String path = one.path("path").asText();
      items.add(
          one.has("folder")
              ? new Folder(path, one.path("folder").asText())
              : one.has("link")
                  ? new Link(path, one.path("link").asText())
                  : new File(
                      path,
                      one.path("file").asText(),
                      one.path("size").asLong(),
                      one.path("hash").asText()));
    }
    try {
      return new Manifest(items);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
