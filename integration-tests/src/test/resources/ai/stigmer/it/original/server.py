"""A Stigmer server as its agent runner sees it, written with other people's SDKs.

It serves the gRPC contract from a file of resources, runs the workflow of executions as the original does, and takes
commands as lines of JSON on its standard input. What happens is told as lines of JSON on its standard output.
Arguments: the descriptors of the contract, the resources, the address of Temporal.
"""

import asyncio
import json
import sys
from datetime import timedelta

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, symbol_database
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

RUNNER_QUEUE = "agent_execution_runner"
SERVER_QUEUE = "agent_execution_stigmer"
OUTER_QUEUE = "outer"
INVOKE = "stigmer/agent-execution/invoke"
NS = "ai.stigmer.agentic."


def load_contract(path):
    """Puts the contract's files into the pool, those that others need first."""
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as f:
        files.ParseFromString(f.read())
    pool = descriptor_pool.Default()
    known, waiting = set(), list(files.file)
    while waiting:
        left = []
        for one in waiting:
            try:
                pool.FindFileByName(one.name)
                known.add(one.name)
                continue
            except KeyError:
                pass
            if all(d in known for d in one.dependency):
                pool.Add(one)
                known.add(one.name)
            else:
                left.append(one)
        waiting = left


def message(name):
    cls = message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(name))
    symbol_database.Default().RegisterMessage(cls)
    return cls


load_contract(sys.argv[1])
AgentExecution = message(NS + "agentexecution.v1.AgentExecution")
AgentExecutionStatus = message(NS + "agentexecution.v1.AgentExecutionStatus")
AgentExecutionList = message(NS + "agentexecution.v1.AgentExecutionList")
UpdateStatusInput = message(NS + "agentexecution.v1.AgentExecutionUpdateStatusInput")
PHASES = {v.number: v.name for v in descriptor_pool.Default().FindEnumTypeByName(NS + "agentexecution.v1.ExecutionPhase").values}


def tell(**event):
    print(json.dumps(event), flush=True)


class Backend:
    """The services, from the file of resources: service and method, then id or slug, then the message."""

    def __init__(self, resources):
        self.resources = resources
        self.executions = {}
        self.away = False
        self.hold_end = None

    def handlers(self):
        pool = descriptor_pool.Default()
        services = {}
        for name, methods in self.resources.items():
            service = pool.FindServiceByName(NS + name)
            for method, answers in methods.items():
                services.setdefault(service, {})[method] = answers
        query = pool.FindServiceByName(NS + "agentexecution.v1.AgentExecutionQueryController")
        command = pool.FindServiceByName(NS + "agentexecution.v1.AgentExecutionCommandController")
        services.setdefault(query, {})["listBySession"] = self.list_by_session
        services.setdefault(command, {})["updateStatus"] = self.update_status
        for service, methods in services.items():
            served = {}
            for name, answers in methods.items():
                method = service.FindMethodByName(name)
                served[name] = grpc.unary_unary_rpc_method_handler(
                    self.serve(service.full_name, name, answers, message(method.output_type.full_name)),
                    request_deserializer=message(method.input_type.full_name).FromString,
                    response_serializer=lambda answer: answer.SerializeToString(),
                )
            yield grpc.method_handlers_generic_handler(service.full_name, served)

    def serve(self, service, name, answers, kind):
        async def call(request, context):
            metadata = dict(context.invocation_metadata())
            if self.away:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
            tell(call=service.rsplit(".", 1)[1] + "." + name, authorization=metadata.get("authorization", ""))
            if callable(answers):
                return await answers(request)
            key = next(v for f in ("value", "slug", "artifact_storage_key") if (v := getattr(request, f, "")))
            if key not in answers:
                await context.abort(grpc.StatusCode.NOT_FOUND, "there is no " + key)
            return json_format.ParseDict(answers[key], kind())

        return call

    async def list_by_session(self, request):
        found = [e for e in self.executions.values() if e.spec.session_id == request.session_id]
        return AgentExecutionList(entries=found)

    async def update_status(self, request):
        status = request.status
        tell(update=request.execution_id, phase=PHASES[status.phase], status=json_format.MessageToDict(status))
        if self.hold_end is not None and status.phase >= 3:
            tell(held=request.execution_id)
            await self.hold_end.wait()
        execution = self.executions.setdefault(request.execution_id, AgentExecution())
        execution.status.CopyFrom(status)
        return execution


@workflow.defn(name=INVOKE)
class Invoke:
    """As the original has it: a single attempt, and a heartbeat's timeout that the memo may shorten."""

    @workflow.run
    async def run(self, execution: AgentExecution) -> AgentExecutionStatus:
        queue = workflow.memo_value("activityTaskQueue", RUNNER_QUEUE)
        thread = await workflow.execute_activity(
            "EnsureThread",
            args=[execution.spec.session_id, execution.spec.agent_id],
            task_queue=queue,
            result_type=str,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_start_timeout=timedelta(minutes=1),
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
        status = await workflow.execute_activity(
            "ExecuteGraphton",
            args=[execution, thread],
            task_queue=queue,
            result_type=AgentExecutionStatus,
            start_to_close_timeout=timedelta(minutes=10),
            schedule_to_start_timeout=timedelta(minutes=1),
            heartbeat_timeout=timedelta(seconds=workflow.memo_value("heartbeat", 30)),
            retry_policy=RetryPolicy(maximum_attempts=1),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        if workflow.memo_value("cleanup", ""):
            await workflow.execute_activity(
                "CleanupSandbox",
                args=[workflow.memo_value("cleanup", "")],
                task_queue=queue,
                start_to_close_timeout=timedelta(seconds=30),
            )
        return status


@activity.defn
async def wait_for_agent(execution: AgentExecution):
    """Hands its token to an execution, which is to complete it."""
    execution.spec.callback_token = activity.info().task_token
    await invoke(execution, {})
    activity.raise_complete_async()


@workflow.defn(name="outer")
class Outer:
    @workflow.run
    async def run(self, execution: AgentExecution) -> AgentExecutionStatus:
        return await workflow.execute_activity(
            wait_for_agent,
            args=[execution],
            result_type=AgentExecutionStatus,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


client = None
backend = None


async def invoke(execution, memo):
    backend.executions[execution.metadata.id] = execution
    return await client.start_workflow(
        INVOKE,
        execution,
        id=INVOKE + "/" + execution.metadata.id,
        task_queue=SERVER_QUEUE,
        memo={"activityTaskQueue": RUNNER_QUEUE, **memo},
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        result_type=AgentExecutionStatus,
    )


async def result_of(handle, id):
    try:
        status = await handle.result()
        tell(result=id, phase=PHASES[status.phase], status=json_format.MessageToDict(status))
    except WorkflowFailureError as e:
        cause = e.cause
        while getattr(cause, "cause", None) is not None:
            cause = cause.cause
        tell(result=id, failure=type(cause).__name__, message=str(cause))


async def commands():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = set()
    while line := await reader.readline():
        command = json.loads(line)
        match command["do"]:
            case "invoke":
                execution = json_format.ParseDict(command["execution"], AgentExecution())
                handle = await invoke(execution, command.get("memo", {}))
                tasks.add(asyncio.create_task(result_of(handle, execution.metadata.id)))
            case "outer":
                execution = json_format.ParseDict(command["execution"], AgentExecution())
                id = execution.metadata.id
                handle = await client.start_workflow(
                    "outer", execution, id="outer/" + id, task_queue=OUTER_QUEUE, result_type=AgentExecutionStatus
                )
                tasks.add(asyncio.create_task(result_of(handle, "outer/" + id)))
            case "cancel":
                await client.get_workflow_handle(INVOKE + "/" + command["id"]).cancel()
            case "away":
                backend.away = command["away"]
            case "hold":
                backend.hold_end = asyncio.Event()
            case "release":
                backend.hold_end.set()
                backend.hold_end = None
    for task in tasks:
        task.cancel()


async def main():
    global client, backend
    with open(sys.argv[2]) as f:
        backend = Backend(json.load(f))
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(tuple(backend.handlers()))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    client = await Client.connect(sys.argv[3])
    workers = [Worker(client, task_queue=OUTER_QUEUE, workflows=[Outer], activities=[wait_for_agent], workflow_runner=UnsandboxedWorkflowRunner())]
    if "--without-workflow" not in sys.argv:
        workers.append(Worker(client, task_queue=SERVER_QUEUE, workflows=[Invoke], workflow_runner=UnsandboxedWorkflowRunner()))
    running = [asyncio.create_task(worker.run()) for worker in workers]
    tell(ready=port)
    await commands()
    for one in running:
        one.cancel()
    await server.stop(0)


asyncio.run(main())
