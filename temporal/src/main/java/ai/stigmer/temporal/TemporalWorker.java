package ai.stigmer.temporal;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.ExecutionDriver;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Takes runs from a task queue and drives them. Any number of them share a namespace and a journal.
 *
 * <p>Thread contract: thread-safe. Each segment has a platform thread while it is driven; the
 * caller keeps the process alive.
 */
public final class TemporalWorker implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final WorkerFactory factory;
  private final Segments segments;
  private final Reminders reminders;
  private final Duration grace;

  private TemporalWorker(
      WorkerFactory factory, Segments segments, Reminders reminders, Duration grace) {
    this.factory = factory;
    this.segments = segments;
    this.reminders = reminders;
    this.grace = grace;
  }

  /**
   * Starts to take runs.
   *
   * @param journal where approvals are looked up; the driver's
   * @param troubles is told of what keeps a run from being driven here, with the run's id
   * @param grace the longest that {@link #close} waits for steps under way
   * @throws ai.stigmer.graphton.error.ProblemException {@code E590} when Temporal does not answer
   */
  public static TemporalWorker start(
      TemporalConnection connection,
      ExecutionDriver driver,
      Journal journal,
      BiConsumer<String, Problem> troubles,
      Duration grace) {
    TemporalSettings settings = connection.settings();
    var segments =
        new Segments(driver, journal, new ChildWorkflows(connection.client(), journal), troubles);
    WorkerFactory factory =
        WorkerFactory.newInstance(
            connection.client(),
            WorkerFactoryOptions.newBuilder()
                .setUsingVirtualWorkflowThreads(true)
                .setShutdownCheckInterval(LOOK)
                .build());
    Worker worker =
        factory.newWorker(
            settings.taskQueue(),
            WorkerOptions.newBuilder()
                .setUsingVirtualThreads(true)
                // A virtual thread that waits for the database changes hands for each answer.
                .setUsingVirtualThreadsOnActivityWorker(false)
                .setMaxConcurrentActivityExecutionSize(settings.concurrency())
                .setMaxHeartbeatThrottleInterval(Heart.interval(settings.heartbeat()))
                .setAllowActivityHeartbeatDuringShutdown(true)
                .build());
    worker.registerWorkflowImplementationTypes(SegmentWorkflow.class);
    worker.registerActivitiesImplementations(segments);
    connection.begin(factory);
    Reminders reminders = Reminders.start(connection.client(), journal);
    return new TemporalWorker(factory, segments, reminders, grace);
  }

  /**
   * Takes no more runs, and lets those under way go between two steps; the other workers go on with
   * them. A step that takes longer than the grace is left to the end of the process and costs its
   * run one heartbeat timeout.
   */
  @Override
  public void close() {
    reminders.close();
    segments.drain();
    factory.shutdown();
    factory.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
  }
}
