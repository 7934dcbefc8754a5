package ai.stigmer.graphton.intercept;

import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import java.util.function.Function;

/** Code around each call of the model. What it returns is what the run sees and journals. */
@FunctionalInterface
public interface ModelInterceptor {
  ModelResult around(ModelRequest request, Function<ModelRequest, ModelResult> next);
}
