package ai.stigmer.graphton.redaction;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/*
 * By reflection, so that a field that is added to an entry or an event is looked through without anybody having to
 * think of it.
 */
/** Maps every text within a record. */
@SuppressWarnings("ReferenceEquality") // a copy is made only where a part is another object
final class Records {
  private static final ClassValue<Form> FORMS =
      new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
          return Form.of(type);
        }
      };

  private Records() {}

  /** The same object when no text in it is mapped to another one. */
  @SuppressWarnings("unchecked")
  static <T> T mapped(T value, UnaryOperator<String> map) {
    return (T)
        switch (value) {
          case String text -> map.apply(text);
          case Record record -> record(record, map);
          case Optional<?> optional -> optional(optional, map);
          case List<?> list -> list(list, map);
          case Map<?, ?> entries -> map(entries, map);
          default -> value;
        };
  }

  private static Optional<?> optional(Optional<?> optional, UnaryOperator<String> map) {
    if (optional.isEmpty()) {
      return optional;
    }
    Object mapped = mapped(optional.get(), map);
    return mapped == optional.get() ? optional : Optional.of(mapped);
  }

  private static List<?> list(List<?> list, UnaryOperator<String> map) {
    var mapped = new ArrayList<Object>(list.size());
    boolean same = true;
    for (Object item : list) {
      Object one = mapped(item, map);
      same &= one == item;
      mapped.add(one);
    }
    return same ? list : mapped;
  }

  private static Map<?, ?> map(Map<?, ?> entries, UnaryOperator<String> map) {
    var mapped = new LinkedHashMap<Object, Object>();
    boolean same = true;
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      Object key = mapped(entry.getKey(), map);
      Object value = mapped(entry.getValue(), map);
      same &= key == entry.getKey() && value == entry.getValue();
      mapped.put(key, value);
    }
    return same ? entries : mapped;
  }

  private static Object record(Record record, UnaryOperator<String> map) {
    Form form = FORMS.get(record.getClass());
    var parts = new @Nullable Object[form.components().size()];
    boolean same = true;
    for (int i = 0; i < parts.length; i++) {
      Object part = form.part(record, i);
      Object mapped = part == null ? null : mapped(part, map);
      same &= mapped == part;
      parts[i] = mapped;
    }
    return same ? record : form.make(parts);
  }

  /** How a record is taken apart and put together. */
  private record Form(List<RecordComponent> components, Constructor<?> constructor) {

    static Form of(Class<?> type) {
      List<RecordComponent> components = List.of(type.getRecordComponents());
      try {
        components.forEach(component -> component.getAccessor().setAccessible(true));
        Constructor<?> constructor =
            type.getDeclaredConstructor(
                components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return new Form(components, constructor);
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("every record has its constructor", e);
      }
    }

    @Nullable Object part(Record record, int index) {
      try {
        return components.get(index).getAccessor().invoke(record);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("a part of " + record.getClass() + " cannot be read", e);
      }
    }

    Object make(@Nullable Object[] parts) {
      try {
        return constructor.newInstance(parts);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(constructor + " refuses what was redacted", e);
      }
    }
  }
}
