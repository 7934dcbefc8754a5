package ai.stigmer.runner.manifest;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Makes a message of the contract from YAML, by the contract's own description of it: keys are the
 * names of its fields, and whatever has no place in it is a problem.
 *
 * <p>Thread contract: for one document and one thread.
 */
final class YamlMessage {
  private static final String REFERENCE = "ApiResourceReference";
  private static final String VARIABLE = "EnvironmentValue";

  private final String file;
  private final VariableReferences variables;
  private final List<Problem> problems = new ArrayList<>();

  /** Where each part of the message stands, by its path. */
  private final Map<String, Node> places = new HashMap<>();

  YamlMessage(String file, VariableReferences variables) {
    this.file = file;
    this.variables = variables;
  }

  /** Everything that is wrong so far, in the order of the file. */
  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Fills a builder with what a document says. */
  void read(Node root, Message.Builder into) {
    message("", root, into);
  }

  /** That part of the message breaks a rule. */
  void bad(String path, String message) {
    String at = path;
    while (!at.isEmpty() && !places.containsKey(at)) {
      at = at.replaceAll("(^|\\.)[^.\\[\\]]+$|\\[[^\\]]*\\]$", "");
    }
    Node node = places.get(at);
    problems.add(problem(node, "\"" + path + "\" " + message));
  }

  /** That document is no resource, for what stands there. */
  void refuse(Node node, String message) {
    problems.add(problem(node, message));
  }

  private void bad(Node node, String path, String message) {
    problems.add(problem(node, "\"" + path + "\" " + message));
  }

  private Problem problem(@Nullable Node node, String message) {
    return Problem.of("E122", Problem.Category.CONFIGURATION, message)
        .from(node == null ? file : place(file, node))
        .help("correct it and apply again; nothing was changed");
  }

  static String place(String file, Node node) {
    return node.getStartMark()
        .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
        .orElse(file);
  }

  private void message(String path, Node node, Message.Builder into) {
    places.put(path, node);
    Descriptor type = into.getDescriptorForType();
    if (node instanceof ScalarNode scalar && type.getName().equals(REFERENCE)) {
      // As in agent files, where a skill is named and nothing else.
      into.setField(type.findFieldByName("slug"), scalar.getValue());
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      bad(node, path, "must be a mapping of keys to values");
      return;
    }
    var seen = new HashSet<FieldDescriptor>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode());
      Optional<FieldDescriptor> field = field(type, key);
      if (field.isEmpty()) {
        unknown(tuple.getKeyNode(), full(path, key), type);
      } else if (!seen.add(field.get())) {
        bad(tuple.getKeyNode(), full(path, key), "is there twice");
      } else if (another(field.get(), into).isPresent()) {
        bad(
            tuple.getKeyNode(),
            full(path, key),
            "cannot stand beside \"" + another(field.get(), into).get() + "\"");
      } else if (!isNull(tuple.getValueNode())) {
        field(full(path, field.get().getName()), tuple.getValueNode(), field.get(), into);
      }
    }
    if (type.getName().equals(VARIABLE)) {
      variables
          .resolve(into)
          .ifPresent(why -> bad(places.getOrDefault(path + ".value", node), path + ".value", why));
    }
  }

  /** What stands already where the contract has room for one of several fields. */
  private static Optional<String> another(FieldDescriptor field, Message.Builder into) {
    return Optional.ofNullable(field.getRealContainingOneof())
        .filter(into::hasOneof)
        .map(oneof -> into.getOneofFieldDescriptor(oneof).getName());
  }

  /** By its name in the contract, or as JSON has it. */
  private static Optional<FieldDescriptor> field(Descriptor type, String key) {
    return type.getFields().stream()
        .filter(field -> field.getName().equals(key) || field.getJsonName().equals(key))
        .findFirst();
  }

  private void unknown(Node key, String path, Descriptor type) {
    List<String> known = type.getFields().stream().map(FieldDescriptor::getName).sorted().toList();
    String name = path.substring(path.lastIndexOf('.') + 1);
    problems.add(
        Problem.of(
                "E121",
                Problem.Category.CONFIGURATION,
                "\"" + path + "\" has no place in a resource of a server")
            .from(place(file, key))
            .help(Spelling.hint(name, known) + "known here: " + String.join(", ", known)));
  }

  private void field(String path, Node node, FieldDescriptor field, Message.Builder into) {
    places.put(path, node);
    if (field.isMapField()) {
      map(path, node, field, into);
    } else if (!field.isRepeated()) {
      value(path, node, field, into).ifPresent(value -> into.setField(field, value));
    } else if (node instanceof SequenceNode sequence) {
      int i = 0;
      for (Node item : sequence.getValue()) {
        value(path + "[" + i++ + "]", item, field, into)
            .ifPresent(value -> into.addRepeatedField(field, value));
      }
    } else {
      bad(node, path, "must be a list");
    }
  }

  private void map(String path, Node node, FieldDescriptor field, Message.Builder into) {
    if (!(node instanceof MappingNode mapping)) {
      bad(node, path, "must be a mapping of keys to values");
      return;
    }
    Descriptor entry = field.getMessageType();
    var seen = new HashSet<String>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode());
      if (!seen.add(key)) {
        bad(tuple.getKeyNode(), path + "[" + key + "]", "is there twice");
        continue;
      }
      Message.Builder builder = into.newBuilderForField(field);
      builder.setField(entry.findFieldByName("key"), key);
      FieldDescriptor value = entry.findFieldByName("value");
      value(path + "[" + key + "]", tuple.getValueNode(), value, builder)
          .ifPresent(given -> into.addRepeatedField(field, builder.setField(value, given).build()));
    }
  }

  private Optional<Object> value(
      String path, Node node, FieldDescriptor field, Message.Builder into) {
    if (isNull(node)) {
      bad(node, path, "has no value");
      return Optional.empty();
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      Message.Builder builder = into.newBuilderForField(field);
      message(path, node, builder);
      return Optional.of(builder.build());
    }
    places.put(path, node);
    if (!(node instanceof ScalarNode scalar)) {
      bad(node, path, "must be one value");
      return Optional.empty();
    }
    Optional<Object> value = scalar(scalar.getValue(), field);
    if (value.isEmpty()) {
      bad(node, path, "must be " + wanted(field));
    }
    return value;
  }

  private static Optional<Object> scalar(String text, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> Optional.of(text);
      case BOOLEAN ->
          text.equals("true") || text.equals("false")
              ? Optional.of(text.equals("true"))
              : Optional.empty();
      case INT ->
          text.matches("-?[0-9]{1,9}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
      case ENUM -> Optional.<Object>ofNullable(field.getEnumType().findValueByName(text));
      case LONG, FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> Optional.empty();
    };
  }

  private static String wanted(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> "true or false";
      case INT -> "a whole number";
      case ENUM ->
          "one of "
              + String.join(
                  ", ",
                  field.getEnumType().getValues().stream()
                      .map(EnumValueDescriptor::getName)
                      .toList());
      case STRING, LONG, FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> "left out";
    };
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String text(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  private static String full(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
