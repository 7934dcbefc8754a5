package ai.stigmer.benchmarks.crash;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Loads the project's classes anew, those of a mutant in the place of the built ones. */
final class PlantedClasses extends ClassLoader {
  private static final Map<String, byte[]> BUILT = new ConcurrentHashMap<>();

  private final Map<String, byte[]> planted;

  PlantedClasses(Map<String, byte[]> planted) {
    super(PlantedClasses.class.getClassLoader());
    this.planted = Map.copyOf(planted);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      return name.startsWith("ai.stigmer.") ? anew(name) : super.loadClass(name, resolve);
    }
  }

  private Class<?> anew(String name) throws ClassNotFoundException {
    byte[] bytes = planted.getOrDefault(name, built(name));
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static byte[] built(String name) throws ClassNotFoundException {
    byte[] known = BUILT.get(name);
    if (known != null) {
      return known;
    }
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = PlantedClasses.class.getClassLoader().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      BUILT.put(name, bytes);
      return bytes;
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
